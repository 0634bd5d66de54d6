/** Administrators, however they sign in: by the bootstrap token, with an account of ours, or by a token of the issuer. */
import { isUnavailable } from '../entities/database/unavailable.js';
import { ServiceUnavailable, TokenInvalid } from '../protocol/errors.js';
import type { AdminToken } from './admin-token.js';
import type { LocalAdmins } from './local-admins.js';
import type { OidcAdmins } from './oidc-admin.js';
import type { Admin, Enrolling } from './principal.js';

export class Admins {
  constructor(
    private readonly bootstrap: AdminToken,
    private readonly local: LocalAdmins,
    readonly oidc?: OidcAdmins,
  ) {}

  /**
   * Undefined for a token that is no administrator's.
   *
   * @throws TokenInvalid for a session that has ended, and for one of our issuer that is forged, expired, revoked, for somebody else or without a role
   * @throws ServiceUnavailable when the issuer cannot be asked for its keys
   */
  async authenticate(token: string): Promise<Admin | Enrolling | undefined> {
    const admin = this.bootstrap.authenticate(token);
    if (admin !== undefined) return admin;
    if (this.local.issued(token)) return this.local.authenticate(token);
    if (this.oidc?.issued(token) !== true) return undefined;
    try {
      return await this.oidc.authenticate(token);
    } catch (cause) {
      // That the issuer or the database is away is no fault of the token.
      if (cause instanceof ServiceUnavailable || isUnavailable(cause)) throw cause;
      throw new TokenInvalid('the token is invalid, expired, revoked or without a role here: sign in again', { cause });
    }
  }
}
