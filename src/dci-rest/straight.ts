/**
 * The usual form of a message goes straight to its post: the exact path, and a body of a stated length as it is. All else
 * takes its way through Express, to the same posts. The routers cost a search more than reading it does.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from '../platform/read-body.js';
import { bodyRefused, type BodyFault } from './body-refused.js';
import { mayBeHeld, NOTHING } from './held-body.js';
import type { Post } from './posts.js';
import { receivedOf } from './received.js';
import { send } from './send.js';
import type { FacadeServices } from './services.js';

/** Undefined where the request is left to others. */
export type Straight = (request: IncomingMessage, response: ServerResponse) => Promise<void> | undefined;

export function straightTo(posts: ReadonlyMap<string, Post>, services: FacadeServices): Straight {
  const byUrl = new Map([...posts].map(([path, post]) => [`/dci/v1${path}`, post]));
  return (request, response) => {
    const post = request.method === 'POST' ? byUrl.get(request.url ?? '') : undefined;
    return post !== undefined && isPlain(request, services) ? answer(post, request, response, services) : undefined;
  };
}

function isPlain({ headers }: IncomingMessage, { maxBodyBytes }: FacadeServices): boolean {
  const length = Number(headers['content-length']);
  return length <= maxBodyBytes && headers['content-encoding'] === undefined;
}

async function answer(
  post: Post,
  request: IncomingMessage,
  response: ServerResponse,
  services: FacadeServices,
): Promise<void> {
  const held = (await mayBeHeld(request, services)) ? readBody(request) : Promise.resolve(NOTHING);
  const body = await held.catch((error: unknown) => Object(error) as BodyFault);
  const answering = Buffer.isBuffer(body)
    ? post(receivedOf(request, body, services))
    : bodyRefused(body, request, services);
  send(response, await answering);
}
