/** Administrators who signed in with an account of this gateway: their bearer is the token of a session. */
import { createHash, randomBytes } from 'node:crypto';
import { findSession, LOCAL } from '../entities/admins/admin-session.repository.js';
import type { Sql } from '../entities/database/database.js';
import { TokenInvalid } from '../protocol/errors.js';
import type { Admin, Enrolling } from './principal.js';

const PREFIX = 'dcis_';

/** Made here and nowhere else: nobody can have one before signing in. */
export function newSessionToken(): { token: string; tokenHash: Buffer } {
  const token = `${PREFIX}${randomBytes(32).toString('base64url')}`;
  return { token, tokenHash: hashOf(token) };
}

const hashOf = (token: string): Buffer => createHash('sha256').update(token).digest();

export class LocalAdmins {
  constructor(
    private readonly sql: Sql,
    private readonly clock: () => Date,
    /** Whether a password alone opens nothing but the way to a second factor. */
    private readonly needsSecondFactor: boolean,
  ) {}

  /** Whether a token has the form of ours. */
  issued(token: string): boolean {
    return token.startsWith(PREFIX);
  }

  /** Asks each time: a session that was ended is over at once. @throws TokenInvalid */
  async authenticate(token: string): Promise<Admin | Enrolling> {
    const tokenHash = hashOf(token);
    const found = await findSession(this.sql, tokenHash, this.clock());
    if (found === undefined) throw new TokenInvalid('the session has ended: sign in again');
    const { accountId, name, role, hasSecondFactor } = found;
    const kind = this.needsSecondFactor && !hasSecondFactor ? 'enrolling' : 'admin';
    return { kind, subject: `${LOCAL}${name}`, role, session: { accountId, tokenHash } };
  }
}
