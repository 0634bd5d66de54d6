/** Who is signed in with an account of this gateway. A session is known by the hash of its token alone. */
import type { Role } from '../../protocol/vocabulary.js';
import type { Sql } from '../database/database.js';

/** How tokens, audit and revocations name the administrator of an account; no issuer may say so. */
export const LOCAL = 'local:';

export interface SessionRow {
  tokenHash: Buffer;
  accountId: string;
  createdAt: Date;
  expiresAt: Date;
}

export interface SessionOwner {
  accountId: string;
  name: string;
  role: Role;
  hasSecondFactor: boolean;
}

export async function insertSession(
  sql: Sql,
  { tokenHash, accountId, createdAt, expiresAt }: SessionRow,
): Promise<void> {
  await sql.query(
    'insert into admin_session (token_hash, account_id, created_at, expires_at) values ($1, $2, $3, $4)',
    [tokenHash, accountId, createdAt, expiresAt],
  );
}

/** Of a session that holds: it has not ended, its account is in force, and its administrator's were not called back. */
export async function findSession(sql: Sql, tokenHash: Buffer, now: Date): Promise<SessionOwner | undefined> {
  const [row] = await sql.query<SessionOwner>(
    `select a.id as "accountId", a.name, a.role, a.totp_confirmed as "hasSecondFactor" from admin_session s join admin_account a on a.id = s.account_id
     where s.token_hash = $1 and s.expires_at > $2 and a.state = 'ACTIVE'
       and not exists (select 1 from revoked_admin r where r.subject = $3 || a.name and r.revoked_at >= s.created_at)`,
    [tokenHash, now, LOCAL],
    'admin-session',
  );
  return row;
}

export async function endSession(sql: Sql, tokenHash: Buffer): Promise<void> {
  await sql.query('delete from admin_session where token_hash = $1', [tokenHash]);
}

/** @param but the one that stays */
export async function endSessionsOf(sql: Sql, accountId: string, but: Buffer = Buffer.alloc(0)): Promise<void> {
  await sql.query('delete from admin_session where account_id = $1 and token_hash <> $2', [accountId, but]);
}

export async function forgetSessions(sql: Sql, now: Date): Promise<void> {
  await sql.query('delete from admin_session where expires_at < $1', [now]);
}

export async function hasAccounts(sql: Sql): Promise<boolean> {
  const rows = await sql.query(`select 1 from admin_account where state <> 'DISABLED' limit 1`);
  return rows.length > 0;
}

/** Whether somebody can sign in who may do everything. */
export async function hasLocalAdmin(sql: Sql): Promise<boolean> {
  const rows = await sql.query(`select 1 from admin_account where role = 'ADMIN' and state = 'ACTIVE' limit 1`);
  return rows.length > 0;
}
