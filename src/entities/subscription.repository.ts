/** The few statements of subscriptions that an entity manager does not write. */
import type { Sql, Unit } from './database.js';
import type { SubscriptionState } from './enums.js';
import { appendOutbox } from './outbox.repository.js';
import { Subscription } from './subscription.entity.js';

/** States in which a subscription counts as there; the partial unique index has the same list. */
export const LIVE_STATES: SubscriptionState[] = ['PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED'];

/** Until the end of the transaction nobody else subscribes for this sender: its cap and its duplicates can be judged. */
export async function lockSubscriber(sql: Sql, senderId: string): Promise<void> {
  await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`subscriptions of ${senderId}`]);
}

/** The database's clock, by which events are dated. */
export async function databaseNow(sql: Sql): Promise<Date> {
  const [row] = await sql.query<{ now: string | Date }>('select now() as now');
  if (row === undefined) throw new Error('the database did not tell the time');
  return new Date(row.now);
}

/** Our transaction row of a request. */
export async function findRequestId(sql: Sql, senderId: string, correlationId: string): Promise<string | undefined> {
  const [row] = await sql.query<{ id: string }>(
    'select id from transaction where correlation_id = $1 and sender_id = $2',
    [correlationId, senderId],
  );
  return row?.id;
}

export function findSubscription({ em }: Unit, senderId: string, code: string): Promise<Subscription | null> {
  return em.findOne(Subscription, { senderId, code });
}

/** Tells live readers of a new state, in the transaction that makes it. */
export async function announce(sql: Sql, { id, senderId, registry, state }: Subscription): Promise<void> {
  await appendOutbox(sql, 'subscription', id, { senderId, registry, status: state });
}

/** Pending notifications rest: nothing is due until `wakeDeliveries`. */
export async function restDeliveries(sql: Sql, subscriptionId: string): Promise<void> {
  await sql.query(`update delivery set due_at = null where subscription_id = $1 and state = 'PENDING'`, [
    subscriptionId,
  ]);
}

/** Pending notifications are due at `dueAt`; of an ended subscription, so that delivery cancels them. */
export async function wakeDeliveries(sql: Sql, subscriptionId: string, dueAt: Date): Promise<void> {
  await sql.query(`update delivery set due_at = $2 where subscription_id = $1 and state = 'PENDING'`, [
    subscriptionId,
    dueAt,
  ]);
}
