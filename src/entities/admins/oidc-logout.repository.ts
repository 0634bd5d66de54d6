/** Sessions that ended at the OpenID Connect issuer, and the tokens by which it said so. */
import type { Sql } from '../database/database.js';

/** @returns whether it was not told before */
export async function keepLogoutToken(sql: Sql, jti: string, now: Date): Promise<boolean> {
  const rows = await sql.query(
    'insert into seen_logout_token (jti, seen_at) values ($1, $2) on conflict (jti) do nothing returning jti',
    [jti, now],
  );
  return rows.length > 0;
}

export async function endOidcSession(sql: Sql, sid: string, now: Date): Promise<void> {
  await sql.query('insert into ended_oidc_session (sid, ended_at) values ($1, $2) on conflict (sid) do nothing', [
    sid,
    now,
  ]);
}

export async function readEndedSessions(sql: Sql): Promise<Set<string>> {
  const rows = await sql.query<{ sid: string }>('select sid from ended_oidc_session');
  return new Set(rows.map(({ sid }) => sid));
}

/** Told before, so that no token of theirs is in force any more. */
export async function forgetLogouts(sql: Sql, before: Date): Promise<void> {
  await sql.query('delete from ended_oidc_session where ended_at < $1', [before]);
  await sql.query('delete from seen_logout_token where seen_at < $1', [before]);
}
