/** How a reply is written, and what its request was about. */
import type { ServerResponse } from 'node:http';
import type { Answered } from './posts.js';
import { rateLimitHeaders } from './rate-limit.headers.js';

/** In the short form the message names the registry: its handler knows the definition, and the metrics want its name. */
const registries = new WeakMap<ServerResponse, string>();
export const registryOf = (response: ServerResponse): string => registries.get(response) ?? '';

export function send(response: ServerResponse, { exchange, reply: { status, body, headers } }: Answered): void {
  const { quotas = [], definition } = exchange;
  if (definition !== undefined) registries.set(response, definition.registry);
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
    ...rateLimitHeaders(quotas),
    ...headers,
  });
  response.end(text);
}
