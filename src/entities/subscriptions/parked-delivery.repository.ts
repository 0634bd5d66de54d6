/**
 * What belongs to a sender or subscription that is not active rests: it has no time at which it is due. A claim passes it
 * over in any case, but would have to walk over all of it each time. Whoever changes a sender or subscription puts to rest or
 * wakes so much of it as one statement can bear; the others follow within seconds (`park-deliveries`).
 */
import { nextKnownTime } from '../../protocol/subscribe/frequency.js';
import type { Frequency } from '../../protocol/subscribe/subscription.js';
import type { Sql } from '../database/database.js';

/** Rows of one statement, whose time is bounded. */
export const PARKED_AT_ONCE = 5000;

/** Of one sender or subscription; of all where left out. */
export interface Whose {
  senderId?: string;
  subscriptionId?: string;
}

const RESTS = `(s.state <> 'ACTIVE' or coalesce(u.state in ('PAUSED', 'SUSPENDED'), false))`;
const OF = `d join sender s on s.sender_id = d.sender_id left join subscription u on u.id = d.subscription_id
  where d.state = 'PENDING' and ($1::text is null or d.sender_id = $1) and ($2::uuid is null or d.subscription_id = $2)`;
const LIMIT = `limit ${PARKED_AT_ONCE} for update of d skip locked`;

const REST = `
update delivery set due_at = null where id = any (array(
  select d.id from delivery ${OF} and (d.due_at <= now() or $2 is not null and d.due_at is not null)
    and (d.claimed_until is null or d.claimed_until < now()) and ${RESTS} ${LIMIT})) returning 1`;

const WAKE = `
update delivery set due_at = coalesce((select at from unnest($3::uuid[], $4::timestamptz[]) as timed (id, at)
  where timed.id = delivery.subscription_id), now())
where id = any (array(select d.id from delivery ${OF} and d.due_at is null and not ${RESTS} ${LIMIT})) returning 1`;

// Of all, what ended a while ago is due by now but for a frequency, which is not waited through each time.
const HURRY = `
update delivery set due_at = now() where id = any (array(
  select d.id from delivery ${OF} and d.due_at > now() and u.ended_at is not null
    and ($2 is not null or u.ended_at > now() - interval '1 day') ${LIMIT})) returning 1`;

/** Puts to rest what is due and may not go; of one subscription, also what is due later. Gives how many. */
export async function parkIdle(sql: Sql, { senderId, subscriptionId }: Whose = {}): Promise<number> {
  return (await sql.query(REST, [senderId ?? null, subscriptionId ?? null])).length;
}

/** Makes due what rests without a reason any more: at the next time of its subscription's frequency, or at once. Gives how many. */
export async function wakeParked(sql: Sql, now: Date, { senderId, subscriptionId }: Whose = {}): Promise<number> {
  const whose = [senderId ?? null, subscriptionId ?? null];
  const timed = await sql.query<{ id: string; frequency: Frequency | null }>(
    `select id, frequency from subscription
     where frequency is not null and state = 'ACTIVE' and ($1::text is null or sender_id = $1) and ($2::uuid is null or id = $2)`,
    whose,
  );
  const times = timed.flatMap(({ id, frequency }) => {
    const at = frequency === null ? undefined : nextKnownTime(frequency, now);
    return at === undefined ? [] : [{ id, at }];
  });
  return (await sql.query(WAKE, [...whose, times.map(({ id }) => id), times.map(({ at }) => at)])).length;
}

/** Makes due what would wait though its subscription has ended, so that delivery cancels it. Gives how many. */
export async function hurryEnded(sql: Sql, { senderId, subscriptionId }: Whose = {}): Promise<number> {
  return (await sql.query(HURRY, [senderId ?? null, subscriptionId ?? null])).length;
}
