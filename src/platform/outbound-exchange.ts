/** One HTTP request and its answer, over a kept connection or a new one. */
import { request } from 'node:http';
import type { Agent, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import type { Opening } from './outbound-kept.js';

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

export interface Connecting {
  agent: Agent;
  open: () => Promise<Socket>;
  /** Told of the connection that the request goes over. */
  connected: (socket: Socket) => void;
}

export async function exchange(
  message: Message,
  url: URL,
  connecting: Connecting,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Answer> {
  const response = await respond(message, url, connecting, signal);
  const { chunks, size } = await readUpTo(response, maxBytes);
  const received = Buffer.concat(chunks).subarray(0, maxBytes);
  return { status: response.statusCode ?? 0, headers: response.headers, body: received, truncated: size > maxBytes };
}

/** By its events: to iterate costs more than all else that is done for a short answer. */
function readUpTo(response: IncomingMessage, maxBytes: number): Promise<{ chunks: Buffer[]; size: number }> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    response
      .on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > maxBytes) response.destroy();
      })
      .on('error', reject)
      // Also of what ended too early, after its error, and of what is cut off here.
      .on('close', () => resolve({ chunks, size }));
  });
}

/** Over a kept connection that its other end was closing at this moment the request is sent again, over a new one. */
async function respond(
  { method, headers, body }: Message,
  url: URL,
  { agent, open, connected }: Connecting,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const path = url.pathname + url.search;
  for (;;) {
    signal.throwIfAborted();
    const options: Opening = { agent, open, method, path, headers: { ...headers, host: url.host } };
    const sent = request(options);
    // By hand: given to the request it would be watched by a handful of listeners more.
    signal.addEventListener('abort', () => sent.destroy(signal.reason as Error), { once: true });
    sent.once('socket', connected);
    try {
      return await new Promise<IncomingMessage>((resolve, reject) => {
        sent.once('response', resolve).on('error', reject).end(body);
      });
    } catch (error) {
      if (!sent.reusedSocket || signal.aborted) throw error;
    }
  }
}
