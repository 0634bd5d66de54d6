/** Administrators whose tokens were called back: what was issued to them until then opens nothing any more. */
import type { Sql } from '../database/database.js';

export async function revokeAdmin(sql: Sql, subject: string, by: string, now: Date): Promise<void> {
  await sql.query(
    `insert into revoked_admin (subject, revoked_at, revoked_by) values ($1, $2, $3)
     on conflict (subject) do update set revoked_at = excluded.revoked_at, revoked_by = excluded.revoked_by`,
    [subject, now, by],
  );
}

export async function readRevocations(sql: Sql): Promise<Map<string, Date>> {
  const rows = await sql.query<{ subject: string; revokedAt: string }>(
    'select subject, revoked_at as "revokedAt" from revoked_admin',
  );
  return new Map(rows.map((row) => [row.subject, new Date(row.revokedAt)]));
}
