/**
 * From a request to Apollo, and back. The usual form of an operation, a POST of JSON of a stated length, comes here
 * straight; all else takes its way through Express. The routers cost a short list a quarter of its time.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HeaderMap, type ApolloServer } from '@apollo/server';
import { readBody } from '../platform/read-body.js';
import type { Context } from './context.js';
import { isPlainJson, MAX_BODY, readJson, type MayBeHeld } from './json-body.js';
import { refuseUnread } from './refused-body.js';

/** With its body read. */
export interface OperationRequest extends IncomingMessage {
  body?: unknown;
  /** An HTTP signature covers the very bytes. */
  rawBody?: Buffer;
}

export type Answer = (request: OperationRequest, response: ServerResponse) => Promise<void>;

/** Undefined where the request is left to others. */
export type Straight = (request: IncomingMessage, response: ServerResponse) => Promise<void> | undefined;

export function answerBy(
  apollo: ApolloServer<Context>,
  contextOf: (request: OperationRequest, response: ServerResponse) => Promise<Context>,
): Answer {
  return async (request, response) => {
    const { method = '', url = '', body } = request;
    const { search } = /^[^?]*(?<search>.*)/s.exec(url)?.groups ?? {};
    const {
      status = 200,
      headers,
      ...answer
    } = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers: headersOf(request), search: search ?? '', body },
      context: () => contextOf(request, response),
    });
    if (answer.body.kind !== 'complete') throw new Error('nothing here is answered in parts');
    const text = answer.body.string;
    response.writeHead(status, {
      'X-Content-Type-Options': 'nosniff',
      ...Object.fromEntries(headers),
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  };
}

function headersOf({ headers }: IncomingMessage): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  return map;
}

/** @param mayBeHeld where it may not, its sender is refused before it is read */
export const straightTo =
  (answer: Answer, mayBeHeld: MayBeHeld): Straight =>
  (request, response) => {
    if (!isUsual(request)) return undefined;
    return answerRead(request, response, answer, mayBeHeld);
  };

function isUsual({ method, url, headers }: IncomingMessage): boolean {
  const length = Number(headers['content-length']);
  return method === 'POST' && url === '/graphql' && length > 0 && length <= MAX_BODY && isPlainJson(headers);
}

async function answerRead(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  mayBeHeld: MayBeHeld,
): Promise<void> {
  if (await mayBeHeld(request))
    try {
      const rawBody = await readBody(request);
      Object.assign(request, { rawBody, body: readJson(rawBody) });
    } catch {
      return refuseUnread(response, 400);
    }
  await answer(request, response);
}
