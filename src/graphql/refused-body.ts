/** A body that cannot be read is refused in the same form as every other error of GraphQL. */
import type { ServerResponse } from 'node:http';
import type { ErrorRequestHandler } from 'express';
import type { Log } from '../platform/log.js';

const REFUSALS: Record<number, { code: string; message: string }> = {
  400: { code: 'BAD_REQUEST', message: 'body: is not valid JSON, or did not arrive whole' },
  413: { code: 'PAYLOAD_TOO_LARGE', message: 'body: at most 1 MiB; send it in parts' },
  415: { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'body: send JSON in UTF-8, not compressed in an unusual way' },
};
const FAULT = { code: 'INTERNAL_SERVER_ERROR', message: 'internal error' };

export function refuseBody(log: Log): ErrorRequestHandler {
  return (error: { status?: number }, _request, response, next) => {
    const { status = 500 } = error;
    const known = status in REFUSALS;
    if (!known || response.headersSent) log.error({ err: error }, 'a GraphQL request failed');
    if (response.headersSent) return next(error);
    refuseUnread(response, known ? status : 500);
  };
}

export function refuseUnread(response: ServerResponse, status: number): void {
  const { code, message } = REFUSALS[status] ?? FAULT;
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'X-Content-Type-Options': 'nosniff',
  });
  response.end(JSON.stringify({ errors: [{ message, extensions: { code } }] }));
}
