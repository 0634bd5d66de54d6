/** A body that cannot be read is refused in the same form as every other error of GraphQL. */
import type { ErrorRequestHandler } from 'express';
import type { Log } from '../platform/log.js';

const REFUSALS: Record<number, { code: string; message: string }> = {
  400: { code: 'BAD_REQUEST', message: 'body: is not valid JSON, or did not arrive whole' },
  413: { code: 'PAYLOAD_TOO_LARGE', message: 'body: at most 1 MiB; send it in parts' },
  415: { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'body: send JSON in UTF-8, not compressed in an unusual way' },
};

export function refuseBody(log: Log): ErrorRequestHandler {
  return (error: { status?: number }, _request, response, next) => {
    const refusal = REFUSALS[error.status ?? 500];
    if (response.headersSent || refusal === undefined) {
      log.error({ err: error }, 'a GraphQL request failed');
      return response.headersSent
        ? next(error)
        : void response.status(500).json(errors('INTERNAL_SERVER_ERROR', 'internal error'));
    }
    response.status(error.status ?? 500).json(errors(refusal.code, refusal.message));
  };
}

const errors = (code: string, message: string) => ({ errors: [{ message, extensions: { code } }] });
