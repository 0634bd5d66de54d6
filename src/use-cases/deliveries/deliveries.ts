/** What administrators do with deliveries: once more, many once more, never more. */
import type { Admin } from '../../access/principal.js';
import type { Unit } from '../../entities/database/database.js';
import { Delivery } from '../../entities/deliveries/delivery.entity.js';
import { cancelDeliveries, reviveDeliveries } from '../../entities/deliveries/delivery-outcome.repository.js';
import { lockReplayed } from '../../entities/deliveries/replay.repository.js';
import { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import { changeAsAdmin } from '../admin-change.js';
import type { Services } from '../services.js';
import { conflict, invalid, notFound } from '../errors.js';
import { lockById } from '../locked-row.js';
import { findSender } from '../senders/senders.js';
import type { ReplayFilter } from './delivery.types.js';

/** A replay commits in steps, so that a large one delays nobody. */
const BATCH = 500;

export function retryDelivery(services: Services, admin: Admin, id: string): Promise<Delivery> {
  return change(services, admin, 'retryDelivery', id, undefined, async (unit, delivery) => {
    if (delivery.state === 'CANCELLED')
      throw conflict('id', 'the delivery was cancelled; what it had to say may not be sent any more');
    if ((await reviveDeliveries(unit, [id], admin.subject, services.clock(), true)) === 0)
      throw conflict('id', 'the delivery is being tried at this moment');
  });
}

export function cancelDelivery(services: Services, admin: Admin, id: string, reason: string): Promise<Delivery> {
  if (reason.trim() === '') throw invalid('reason', 'say why; it is recorded');
  return change(services, admin, 'cancelDelivery', id, reason, async (unit, delivery) => {
    if ((await cancelDeliveries(unit, [id], reason, admin.subject, services.clock())) === 0)
      throw conflict('id', `the delivery is ${delivery.state}; only a pending one can be cancelled`);
  });
}

/** Gives how many are due again; progress is told live, delivery by delivery. */
export async function replayDeliveries(services: Services, admin: Admin, filter: ReplayFilter): Promise<number> {
  const { senderId, subscriptionCode, from, until } = filter;
  if ([senderId, subscriptionCode, from, until].every((given) => given == null))
    throw invalid('filter', 'name a sender, a subscription or a time range');
  await mustExist(services, filter);
  let count = 0;
  let after = '00000000-0000-0000-0000-000000000000';
  for (let found = BATCH; found === BATCH;) {
    const batch = await replayBatch(services, admin, filter, after);
    ({ found, after } = batch);
    count += batch.revived;
  }
  return count;
}

/** A name that is misspelt is not one that nothing waits for. */
async function mustExist({ database }: Services, { senderId, subscriptionCode }: ReplayFilter): Promise<void> {
  const em = database.em();
  if (senderId != null) await findSender({ em }, senderId);
  if (subscriptionCode != null && (await em.count(Subscription, { code: subscriptionCode })) === 0)
    throw notFound('subscriptionCode', 'no such subscription');
}

function replayBatch(services: Services, admin: Admin, filter: ReplayFilter, after: string) {
  return changeAsAdmin(services, admin, async (unit) => {
    const ids = await lockReplayed(unit, filter, after, BATCH);
    const revived = await reviveDeliveries(unit, ids, admin.subject, services.clock());
    const result = { found: ids.length, revived, after: ids.at(-1) ?? after };
    const what = { action: 'replayDeliveries', targetType: 'Delivery', targetId: filter.senderId ?? 'any' };
    const given = Object.fromEntries(Object.entries(filter));
    return { result, change: { ...what, after: { ...given, count: revived } } };
  });
}

function change(
  services: Services,
  admin: Admin,
  action: string,
  id: string,
  reason: string | undefined,
  work: (unit: Unit, delivery: Delivery) => Promise<void>,
): Promise<Delivery> {
  return changeAsAdmin(services, admin, async (unit) => {
    const delivery = await lockById(unit, Delivery, id, 'id');
    const before = { state: delivery.state };
    await work(unit, delivery);
    await unit.em.refresh(delivery);
    const after = { state: delivery.state };
    return { result: delivery, change: { action, targetType: 'Delivery', targetId: id, reason, before, after } };
  });
}
