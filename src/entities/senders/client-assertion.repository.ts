import type { Sql } from '../database/database.js';

// A few that have expired go with each that comes, so the table needs no job of its own.
const USE = `
with expired as (
  delete from used_assertion where ctid in (select ctid from used_assertion where expires_at < now() limit 20)
)
insert into used_assertion (client_id, jti, expires_at) values ($1, $2, $3) on conflict do nothing returning 1`;

/** Claims the id of a client's assertion for all processes; false when it was used before. */
export async function useAssertion(sql: Sql, clientId: string, jti: string, expiresAt: Date): Promise<boolean> {
  return (await sql.query(USE, [clientId, jti, expiresAt], 'use-assertion')).length === 1;
}
