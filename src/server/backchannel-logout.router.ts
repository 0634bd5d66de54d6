/** `POST /admin/backchannel-logout`: where the OpenID Connect issuer says that a session ended there. */
import express, { Router, type ErrorRequestHandler, type Response } from 'express';
import type { OidcAdmins } from '../access/oidc-admin.js';
import type { FacadeServices } from '../dci-rest/services.js';
import { endIssuerSession } from '../use-cases/admins/backchannel-logout.js';
import { DomainError, invalid } from '../use-cases/errors.js';

const MAX_FORM = '16kb';

export function backchannelLogoutRouter(services: FacadeServices, oidc: OidcAdmins): Router {
  const router = Router();
  const form = express.urlencoded({ extended: false, limit: MAX_FORM, parameterLimit: 10 });
  router.post('/admin/backchannel-logout', form, async (request, response) => {
    const blocked = services.limiter.blockedUnproven({ address: request.ip });
    if (blocked !== undefined) return tell(response.set('Retry-After', String(blocked.reset)), 429, 'wait');
    const { logout_token: token } = (request.body ?? {}) as { logout_token?: unknown };
    if (typeof token !== 'string') throw invalid('logout_token', 'send it in a form');
    await endIssuerSession(services, oidc, token);
    return response.set('Cache-Control', 'no-store').status(200).end();
  });
  const refuse: ErrorRequestHandler = async (error: unknown, request, response, next) => {
    if (!(error instanceof DomainError)) return next(error);
    await services.limiter.byUnproven({ address: request.ip });
    return tell(response, 400, error.message);
  };
  router.use('/admin/backchannel-logout', refuse);
  return router;
}

/** As the standard has it, in section 2.8. */
const tell = (response: Response, status: number, description: string): Response =>
  response
    .set('Cache-Control', 'no-store')
    .status(status)
    .json({ error: 'invalid_request', error_description: description });
