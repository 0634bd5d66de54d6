/**
 * What belongs to a sender or subscription that is not active rests: it has no time at which it is due. A claim passes it
 * over in any case, but would have to walk over all of it each time.
 */
import type { Sql } from '../database/database.js';

const RESTS = `(s.state <> 'ACTIVE' or coalesce(u.state in ('PAUSED', 'SUSPENDED'), false))`;

const REST = `
update delivery set due_at = null where id = any (array(
  select d.id from delivery d join sender s on s.sender_id = d.sender_id left join subscription u on u.id = d.subscription_id
  where d.state = 'PENDING' and d.due_at <= now() and (d.claimed_until is null or d.claimed_until < now()) and ${RESTS}
  limit $1 for update of d skip locked)) returning 1`;

const WAKE = `
update delivery set due_at = now() where id = any (array(
  select d.id from delivery d join sender s on s.sender_id = d.sender_id left join subscription u on u.id = d.subscription_id
  where d.state = 'PENDING' and d.due_at is null and ($2::text is null or d.sender_id = $2) and not ${RESTS}
  limit $1 for update of d skip locked)) returning 1`;

/** Puts to rest what is due and may not go. Gives how many. */
export async function parkIdle(sql: Sql, limit: number): Promise<number> {
  return (await sql.query(REST, [limit])).length;
}

/** Makes due what rests without a reason any more, of one sender or of all. Gives how many. */
export async function wakeParked(sql: Sql, limit: number, senderId?: string): Promise<number> {
  return (await sql.query(WAKE, [limit, senderId ?? null])).length;
}
