/** How subscriptions end or are suspended; what the gateway does by itself is told and audited here. */
import { LockMode } from '@mikro-orm/core';
import { hashContent } from '../audit/audit.repository.js';
import { recordTransition } from '../audit/transition.js';
import type { Sql, Unit } from '../database/database.js';
import { earlierOf } from '../database/earlier-of.js';
import { hurryEnded, parkIdle, wakeParked } from './parked-delivery.repository.js';
import { Subscription } from './subscription.entity.js';
import { announce, LIVE_STATES } from './subscription.repository.js';

type Told = Pick<Subscription, 'id' | 'senderId' | 'registry' | 'state'>;

/** The same of what the gateway itself made of it; the audit names it too. */
async function recordOwnChange(sql: Sql, { id, senderId, registry, state }: Told, now: Date): Promise<void> {
  const what = { of: 'subscription', id, transition: `SUBSCRIPTION_${state}`, actor: 'gateway', at: now } as const;
  const contentHash = hashContent(Buffer.from(state));
  await recordTransition(sql, { ...what, contentHash, detail: { senderId, registry, status: state } });
}

/** Ends it for good. What is still pending becomes due, and delivery cancels it for this reason. */
export async function endSubscription(
  unit: Unit,
  subscription: Subscription,
  reason: string,
  now: Date,
  state: 'CANCELLED' | 'EXPIRED' = 'CANCELLED',
): Promise<void> {
  Object.assign(subscription, { state, stateReason: reason, endedAt: now });
  await unit.em.flush();
  await makeDue(unit, subscription.id, now);
  if (state === 'EXPIRED') await recordOwnChange(unit, subscription, now);
  else await announce(unit, subscription);
}

async function makeDue(sql: Sql, subscriptionId: string, now: Date): Promise<void> {
  await wakeParked(sql, now, { subscriptionId });
  await hurryEnded(sql, { subscriptionId });
}

/** Ends those whose time has passed. Gives how many; call until there are fewer than `limit`. */
export async function expireDue(unit: Unit, now: Date, limit: number): Promise<number> {
  const due = await unit.em.find(
    Subscription,
    { expiresAt: { $lte: now }, endedAt: null, state: { $in: LIVE_STATES } },
    { orderBy: { id: 'asc' }, limit, lockMode: LockMode.PESSIMISTIC_PARTIAL_WRITE },
  );
  for (const subscription of due) await endSubscription(unit, subscription, EXPIRED, now, 'EXPIRED');
  return due.length;
}

const EXPIRED = 'its end_time has passed';

/** Ends one whose time has passed. Whether it has, by our clock and by the database's. */
export async function expire(unit: Unit, subscription: Subscription, now: Date): Promise<boolean> {
  const { expiresAt } = subscription;
  if (expiresAt == null || expiresAt > (await earlierOf(unit, now))) return false;
  await endSubscription(unit, subscription, EXPIRED, now, 'EXPIRED');
  return true;
}

const STOP = `
update subscription set state = $2::text, state_reason = $3, updated_at = $4::timestamptz,
  ended_at = case when $2 = 'CANCELLED' then $4 end
where id = $1 and ended_at is null and ($5::timestamptz is null or state = 'ACTIVE' and failing_since <= $5)
returning id, sender_id as "senderId", registry, state`;

/** Its receiver wants no more: it ends, whatever its state. Whether it was this that ended it. */
export async function endByReceiver(sql: Sql, id: string, reason: string, now: Date): Promise<boolean> {
  const ended = await stop(sql, [id, 'CANCELLED', reason, now, null], now);
  if (ended) await makeDue(sql, id, now);
  return ended;
}

/** Suspends one that is active and has failed since before `failingSince`; its deliveries rest. Whether it did. */
export async function suspendFailing(
  sql: Sql,
  id: string,
  reason: string,
  failingSince: Date,
  now: Date,
): Promise<boolean> {
  const stopped = await stop(sql, [id, 'SUSPENDED', reason, now, failingSince], now);
  if (stopped) await parkIdle(sql, { subscriptionId: id });
  return stopped;
}

async function stop(sql: Sql, values: unknown[], now: Date): Promise<boolean> {
  const changed = await sql.query<Told>(STOP, values);
  for (const one of changed) await recordOwnChange(sql, one, now);
  return changed.length > 0;
}
