import type { Request, RequestHandler, Response } from 'express';
import { MethodNotAllowed } from '../protocol/errors.js';

type Refuse = (error: MethodNotAllowed, request: Request, response: Response) => Promise<void> | void;

/** Any other method on a known path (RFC 9110 15.5.6). There is no CORS: partners are servers. */
export const onlyTakes =
  (allow: string, refuse: Refuse): RequestHandler =>
  async (request, response, next) => {
    const { method } = request;
    if (allow.split(', ').includes(method)) return next();
    response.set('Allow', allow);
    if (method === 'OPTIONS') response.status(204).end();
    else await refuse(new MethodNotAllowed(`${method}: this path takes ${allow}`), request, response);
  };
