/** The issuer says that a session ended there (OpenID Connect Back-Channel Logout 1.0): it ends here with the commit. */
import type { OidcAdmins } from '../../access/oidc-admin.js';
import { endOidcSession, keepLogoutToken } from '../../entities/admins/oidc-logout.repository.js';
import { ServiceUnavailable } from '../../protocol/errors.js';
import { revokeAdmin } from '../../entities/admins/revoked-admin.repository.js';
import { recordAdminAction } from '../admin-change.js';
import { invalid } from '../errors.js';
import type { Services } from '../services.js';

/** @throws DomainError for a token that is none of the issuer's, or that was told before */
export async function endIssuerSession(
  { database, clock, log }: Services,
  oidc: OidcAdmins,
  logoutToken: string,
): Promise<void> {
  const logout = await oidc.readLogout(logoutToken).catch((error: unknown) => {
    if (error instanceof ServiceUnavailable) throw error;
    log.info({ err: error }, 'a logout token was refused');
    throw invalid('logout_token', 'send a logout token of the issuer for this client');
  });
  const { jti, sid, subject } = logout;
  const now = clock();
  await database.transaction(async (unit) => {
    if (!(await keepLogoutToken(unit, jti, now))) throw invalid('logout_token', 'this one was sent before');
    if (sid !== undefined) await endOidcSession(unit, sid, now);
    else if (subject !== undefined) await revokeAdmin(unit, subject, 'issuer', now);
    const change = {
      action: 'endIssuerSession',
      targetType: 'Admin',
      targetId: subject ?? 'of a session',
      after: { sid },
    };
    await recordAdminAction(unit, { subject: 'issuer', role: 'ISSUER' }, change, now);
  });
  oidc.forget();
}
