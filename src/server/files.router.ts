/** `/files`: what is too large for a GraphQL answer or argument. For administrators, by the same token as `/graphql`. */
import { Router, type Request, type Response } from 'express';
import { pipeline } from 'node:stream/promises';
import type { Admin, Principal } from '../access/principal.js';
import type { FacadeServices } from '../dci-rest/services.js';
import type { Role } from '../protocol/vocabulary.js';
import { forbidden, invalid, unauthenticated } from '../use-cases/errors.js';
import { refusedRows } from '../use-cases/imports/refused-rows.js';
import { receiveFile } from '../use-cases/imports/staged-file.js';

/** Of an `Authorization` header. */
export type AdminOf = (authorization: string | undefined) => Promise<Principal>;

const RUNNERS: Role[] = ['ADMIN', 'OPERATOR'];

export function filesRouter(services: FacadeServices, adminOf: AdminOf): Router {
  const router = Router();
  const required = async (request: Request): Promise<Admin> => {
    const principal = await adminOf(request.headers.authorization);
    if (principal.kind !== 'admin')
      throw unauthenticated('sign in as an administrator: send Authorization: Bearer <token>');
    if (!RUNNERS.includes(principal.role)) throw forbidden(`this needs one of the roles ${RUNNERS.join(', ')}`);
    return principal;
  };
  router.put('/imports/:id/content', async (request, response) => {
    const leave = services.admission.enter();
    response.once('close', leave);
    await required(request);
    const bytes = await receiveFile(services, idOf(request), fromOf(request), request);
    response.set('Cache-Control', 'no-store').json({ bytes });
  });
  router.get('/imports/:id/refused', async (request, response) => {
    const admin = await required(request);
    const rows = await refusedRows(services, admin, idOf(request), reasonOf(request));
    await send(response, 'application/x-ndjson', 'refused.ndjson', rows);
  });
  return router;
}

/** What has begun to leave is only cut off. */
async function send(response: Response, type: string, name: string, content: AsyncIterable<Buffer>): Promise<void> {
  response.set({
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Disposition': `attachment; filename="${name}"`,
    'Cache-Control': 'no-store',
  });
  await pipeline(content, response);
}

const idOf = ({ params: { id } }: Request): string => (typeof id === 'string' ? id : '');

/** What is here of it already. */
function fromOf({ query: { from = '0' } }: Request): number {
  const number = typeof from === 'string' && /^\d{1,15}$/.test(from) ? Number(from) : undefined;
  if (number === undefined) throw invalid('from', 'must be the number of bytes that were sent before');
  return number;
}

const reasonOf = ({ query: { reason } }: Request): string => (typeof reason === 'string' ? reason : '');
