import type { Unit } from '../../entities/database/database.js';
import type { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import { announce, wakeDeliveries } from '../../entities/subscriptions/subscription.repository.js';
import type { Services } from '../services.js';

/** Ends it for good. What is still pending becomes due at once, and delivery cancels it for this reason. */
export async function endSubscription(
  { clock }: Pick<Services, 'clock'>,
  unit: Unit,
  subscription: Subscription,
  reason: string,
  state: 'CANCELLED' | 'EXPIRED' = 'CANCELLED',
): Promise<void> {
  const now = clock();
  Object.assign(subscription, { state, stateReason: reason, endedAt: now });
  await unit.em.flush();
  await wakeDeliveries(unit, subscription.id, now);
  await announce(unit, subscription);
}
