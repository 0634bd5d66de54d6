/** Who reads the JWKS of a sender now: one process, and not again before its time. */
import type { Sql } from '../database/database.js';

const STALE = `
update sender set jwks_fetched_at = now() where id in (
  select id from sender
  where jwks_url is not null and state = 'ACTIVE'
    and (jwks_fetched_at is null or jwks_fetched_at < now() - make_interval(hours => $1))
  order by jwks_fetched_at nulls first limit $2 for update skip locked)
returning sender_id as "senderId", jwks_url as "jwksUrl"`;

/** Senders whose JWKS nobody has read for so long, for this process to read. */
export function claimStaleJwks(
  sql: Sql,
  ageHours: number,
  limit: number,
): Promise<{ senderId: string; jwksUrl: string }[]> {
  return sql.query(STALE, [ageHours, limit]);
}

/** Whether it is due again for this sender, by id of its row; then it is this process that reads it. */
export async function claimJwks(sql: Sql, id: string, coolDownSeconds: number): Promise<boolean> {
  const claimed = await sql.query(
    `update sender set jwks_fetched_at = now() where id = $1
     and (jwks_fetched_at is null or jwks_fetched_at < now() - make_interval(secs => $2)) returning 1`,
    [id, coolDownSeconds],
  );
  return claimed.length > 0;
}
