/** What no router takes or answers: the one error body, and nothing of our inside. */
import type { ServerResponse } from 'node:http';
import { Router, type ErrorRequestHandler, type RequestHandler } from 'express';
import { onlyTakes } from '../dci-rest/only-takes.js';
import type { FacadeServices } from '../dci-rest/services.js';
import { BodyTooLarge, NotFound, RequestInvalid, type ProtocolError, ServiceUnavailable } from '../protocol/errors.js';
import { errorBody } from '../protocol/envelope/reply.js';
import { protocolErrorOf } from '../use-cases/errors.js';

/** What a path takes; `dciRouter` and `oauthRouter` tell that of their own. */
const TAKES: Record<string, string[]> = {
  'GET, HEAD, POST': ['/graphql'],
  PUT: ['/files/imports/:id/content'],
  POST: [
    '/admin/session',
    '/admin/backchannel-logout',
    '/files/exports',
    '/files/access-reports',
    '/files/imports/:id/refused',
  ],
  'GET, HEAD': [
    '/graphql/graphiql/:name',
    '/console',
    '/console/*path',
    '/healthz',
    '/readyz',
    '/metrics',
    '/.well-known/api-catalog',
    '/.well-known/security.txt',
  ],
};

/** Of any other method. Stands in front, since every router has its own answer to OPTIONS. */
export function methodsRouter(): Router {
  const router = Router();
  const refuse = (error: ProtocolError): never => {
    throw error;
  };
  for (const [allow, paths] of Object.entries(TAKES)) router.all(paths, onlyTakes(allow, refuse));
  return router;
}

export const noSuchPath: RequestHandler = ({ method, path }) => {
  throw new NotFound(`${method} ${path}: no such path; see /dci/v1/docs, /graphql and /console`);
};

type Telling = Pick<FacadeServices, 'clock' | 'log'>;

/** Of every router, so it stands behind all of them. */
export const lastResort =
  (services: Telling): ErrorRequestHandler =>
  (error: unknown, _request, response, _next) =>
    answerFault(error, response, services);

/** What has begun to leave is only cut off: Express would also print the error, past our log. */
export function answerFault(error: unknown, response: ServerResponse, { clock, log }: Telling): void {
  const refusal = refusalOfFault(error);
  const { code, status, errorId, retryAfter } = refusal;
  if (isLeft(error, response)) log.info({ errorId }, 'a request was left by its caller');
  else if (status < 500) log.info({ errorId, code, status }, 'request refused');
  else log.error({ errorId, err: error }, 'a request failed');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (retryAfter !== undefined) response.setHeader('Retry-After', String(retryAfter));
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(errorBody(refusal, clock())));
}

/** Of Node.js: the other end has gone, in the middle of what it sends or is sent. */
const LEFT = new Set(['ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']);
const isLeft = (error: unknown, response: ServerResponse): boolean =>
  response.destroyed && LEFT.has(String((Object(error) as { code?: unknown }).code));

/** Ours, or what Express says of a path or header that it cannot read; anything else is our fault. */
function refusalOfFault(error: unknown): ProtocolError {
  const refusal = protocolErrorOf(error);
  if (refusal !== undefined) return refusal;
  const { status = 500, type } = Object(error) as { status?: number; type?: unknown };
  if (status === 413) return new BodyTooLarge('body: is too large for this path');
  if (type === 'entity.parse.failed') return new RequestInvalid('body: is not valid JSON, or did not arrive whole');
  return status < 500
    ? new RequestInvalid('the request could not be read: check path, headers and encoding')
    : new ServiceUnavailable('the request could not be answered; try again later, and quote error_id if it persists');
}
