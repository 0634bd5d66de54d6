/** What administrators do with subscriptions; each change is audited and told to live readers as it commits. */
import type { Admin } from '../../access/principal.js';
import type { Unit } from '../../entities/database/database.js';
import type { SubscriptionState } from '../../entities/database/enums.js';
import { parkIdle, wakeParked } from '../../entities/subscriptions/parked-delivery.repository.js';
import { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import { endSubscription } from '../../entities/subscriptions/subscription-end.repository.js';
import { announce, eventsFrom } from '../../entities/subscriptions/subscription.repository.js';
import { changeAsAdmin } from '../admin-change.js';
import { snapshot } from '../audited.js';
import type { Services } from '../services.js';
import { DomainError } from '../errors.js';
import { lockById } from '../locked-row.js';
import { tellDecision } from './decision.js';

type Work = (unit: Unit, subscription: Subscription) => Promise<void>;

/** From now on its events are told, and the subscriber is told so. */
export function approveSubscription(services: Services, admin: Admin, id: string): Promise<Subscription> {
  return change(services, admin, { id, action: 'approveSubscription', from: ['PENDING'] }, async (unit, row) => {
    Object.assign(row, { state: 'ACTIVE', approvedBy: admin.subject, activeSince: await eventsFrom(unit) });
    await announce(unit, row);
    await tellDecision(services, unit, row, admin.subject);
  });
}

/** Its events are still collected, but rest until it is resumed. */
export function pauseSubscription(
  services: Services,
  admin: Admin,
  id: string,
  reason?: string,
): Promise<Subscription> {
  const what = { id, action: 'pauseSubscription', from: ['ACTIVE'], reason } as const;
  return change(services, admin, what, async (unit, row) => {
    Object.assign(row, { state: 'PAUSED', stateReason: reason ?? null });
    await unit.em.flush();
    await parkIdle(unit, { subscriptionId: id });
    await announce(unit, row);
  });
}

/** What rested is due again, in its order. */
export function resumeSubscription(services: Services, admin: Admin, id: string): Promise<Subscription> {
  const what = { id, action: 'resumeSubscription', from: ['PAUSED', 'SUSPENDED'] } as const;
  return change(services, admin, what, async (unit, row) => {
    Object.assign(row, { state: 'ACTIVE', stateReason: null, failingSince: null });
    await unit.em.flush();
    await wakeParked(unit, services.clock(), { subscriptionId: id });
    await announce(unit, row);
  });
}

/** Ends it for good; one that was still pending is told to be rejected. */
export function cancelSubscription(
  services: Services,
  admin: Admin,
  id: string,
  reason?: string,
): Promise<Subscription> {
  const from = ['PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED'] as const;
  return change(services, admin, { id, action: 'cancelSubscription', from, reason }, async (unit, row) => {
    const undecided = row.state === 'PENDING';
    await endSubscription(unit, row, reason ?? 'cancelled by the registry', services.clock());
    if (undecided)
      await tellDecision(services, unit, row, admin.subject, reason ?? 'the registry did not approve the subscription');
  });
}

interface What {
  id: string;
  action: string;
  from: readonly SubscriptionState[];
  reason?: string | undefined;
}

function change(services: Services, admin: Admin, what: What, work: Work): Promise<Subscription> {
  const { id, action, from, reason } = what;
  return changeAsAdmin(services, admin, async (unit) => {
    const subscription = await lockById(unit, Subscription, id, 'id');
    if (!from.includes(subscription.state))
      throw new DomainError(
        'CONFLICT',
        `the subscription is ${subscription.state}: ${action} takes ${from.join(' or ')}`,
      );
    const before = snapshot('Subscription', subscription);
    await work(unit, subscription);
    const after = snapshot('Subscription', subscription);
    return {
      result: subscription,
      change: { action, targetType: 'Subscription', targetId: id, reason, before, after },
    };
  });
}
