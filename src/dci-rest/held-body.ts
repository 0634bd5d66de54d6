/** Whose body is held before it is judged: a large one waits for its token. Without it none is read, and the door refuses. */
import type { IncomingMessage } from 'node:http';
import { isLarge } from '../platform/large-body.js';
import { TokenInvalid } from '../protocol/errors.js';
import { requireToken } from './checks/caller.check.js';
import { Exchange } from './exchange.js';
import { receivedOf } from './received.js';
import type { FacadeServices } from './services.js';

export const NOTHING = Buffer.alloc(0);

export const mayBeHeld = async (request: IncomingMessage, services: FacadeServices): Promise<boolean> =>
  !isLarge(request) || (await hasToken(request, services));

export async function hasToken(request: IncomingMessage, services: FacadeServices): Promise<boolean> {
  const exchange = new Exchange(receivedOf(request, NOTHING, services), undefined, undefined, services.clock());
  try {
    await requireToken(exchange, services);
  } catch (error) {
    // What is a fault of ours is told by the door, which asks again.
    return !(error instanceof TokenInvalid);
  }
  return true;
}
