/** `POST /admin/session`: where an administrator with an account of this gateway signs in. JSON only, so that no form of another site can. */
import express, { Router, type ErrorRequestHandler, type Response } from 'express';
import { z } from 'zod';
import { callerOf } from '../access/admission.js';
import type { FacadeServices } from '../dci-rest/services.js';
import { onceClosed } from '../platform/once-closed.js';
import { ProtocolError } from '../protocol/errors.js';
import { signIn } from '../use-cases/admins/sign-in.js';
import { domainErrorOf, invalid, type DomainErrorCode } from '../use-cases/errors.js';

const MAX_BODY = '8kb';
const text = z.string().max(1000);
const SIGN_IN = z.object({ name: text, password: text, code: text.optional(), newPassword: text.optional() });

const STATUS: Record<DomainErrorCode, number> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  INVALID: 400,
  NOT_FOUND: 401,
  CONFLICT: 409,
  TIMEOUT: 503,
};

export function adminSessionRouter(services: FacadeServices): Router {
  const router = Router();
  const refuse: ErrorRequestHandler = (error: unknown, _request, response, next) => {
    if (!tellRefusal(error, response)) next(error);
  };
  router.post('/admin/session', express.json({ limit: MAX_BODY }), async (request, response) => {
    onceClosed(response, await services.admission.enter(callerOf(request.headers, request.ip)));
    const asked = SIGN_IN.safeParse(request.body);
    if (!asked.success) throw invalid('name', 'send JSON with name and password, and with code where you have one');
    response.set('Cache-Control', 'no-store').json(await signIn(services, asked.data, request.ip));
  });
  router.use('/admin/session', refuse);
  return router;
}

/** In the words that the sign-in form reads. */
function tellRefusal(error: unknown, response: Response): boolean {
  response.set('Cache-Control', 'no-store');
  if (error instanceof ProtocolError && error.retryAfter !== undefined) {
    response.status(error.status).set('Retry-After', String(error.retryAfter));
    response.json({ error: 'LOCKED', message: error.message, retryAfter: error.retryAfter });
    return true;
  }
  const refusal = domainErrorOf(error);
  if (refusal === undefined) return false;
  const { code, message, field } = refusal;
  response.status(STATUS[code]).json({ error: code, message, field });
  return true;
}
