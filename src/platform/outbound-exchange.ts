/** One HTTP request and its answer over a connection that stands already. */
import { request } from 'node:http';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

export interface Message {
  method: string;
  headers?: Record<string, string>;
  body?: string | Buffer;
}

export interface Answer {
  /** A redirect is an answer like any other. */
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** The body was longer than allowed, and is cut there. */
  truncated: boolean;
}

export async function exchange(
  { method, headers, body }: Message,
  url: URL,
  stream: Socket,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Answer> {
  const path = url.pathname + url.search;
  const createConnection = () => stream;
  const sent = request({ createConnection, method, path, headers: { ...headers, host: url.host }, signal });
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).on('error', reject).end(body);
  });
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > maxBytes) break;
  }
  const received = Buffer.concat(chunks).subarray(0, maxBytes);
  return { status: response.statusCode ?? 0, headers: response.headers, body: received, truncated: size > maxBytes };
}
