/** Of a body that could not be read: too large, cut off, or in an encoding that nobody knows. */
import type { IncomingMessage } from 'node:http';
import { BodyTooLarge, RequestInvalid } from '../protocol/errors.js';
import { Exchange } from './exchange.js';
import { NOTHING } from './held-body.js';
import type { Answered } from './posts.js';
import { receivedOf } from './received.js';
import { refuse } from './refusals.js';
import type { FacadeServices } from './services.js';

/** As its reader throws it. */
export interface BodyFault {
  /** Where the reader knows one. */
  status?: number;
  code?: string;
}

export async function bodyRefused(
  error: BodyFault,
  request: IncomingMessage,
  services: FacadeServices,
): Promise<Answered> {
  const exchange = new Exchange(receivedOf(request, NOTHING, services), undefined, undefined, services.clock());
  return { exchange, reply: await refuse(errorOfBody(error, services), exchange, services, 'SYNC') };
}

function errorOfBody(error: BodyFault, { maxBodyBytes }: FacadeServices): unknown {
  const { status = error.code === 'ECONNRESET' ? 400 : 500 } = error;
  if (status === 413) return new BodyTooLarge(`body: at most ${maxBodyBytes} bytes; use bulk upload for more`);
  if (status < 500)
    return new RequestInvalid('body: could not be read; send it whole, and without an unusual Content-Encoding');
  return error;
}
