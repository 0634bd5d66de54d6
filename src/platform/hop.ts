/**
 * What is done for one request, wherever it is done: its id, which logs and answers name, and its place in a trace (W3C Trace
 * Context). It follows what is awaited, goes into the rows of work that is left for later, and out with what we send.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

export interface Hop {
  requestId: string;
  /** Of whoever began the trace; where nobody did, there is none unless we trace ourselves. */
  traceparent?: string | undefined;
}

const hops = new AsyncLocalStorage<Hop>();

export const currentHop = (): Hop | undefined => hops.getStore();
export const onHop = <T>(hop: Hop, work: () => T): T => hops.run(hop, work);
export const newHop = (): Hop => ({ requestId: randomUUID() });

/** Only what is made by chance: a UUID, 32 hex digits or a ULID. Anything else could be the number of a person, in every log. */
const REQUEST_ID = /^([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{32}|[0-7][0-9A-HJKMNP-TV-Z]{25})$/i;
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/** Of a request, as the caller or the proxy before us gave it; what does not fit is not refused, but made anew. */
export function hopOf({ 'x-request-id': id, traceparent }: IncomingHttpHeaders): Hop {
  const requestId = typeof id === 'string' && REQUEST_ID.test(id) ? id : randomUUID();
  return typeof traceparent === 'string' && TRACEPARENT.test(traceparent) ? { requestId, traceparent } : { requestId };
}

/** What goes out with a request of ours. */
export function hopHeaders(): Record<string, string> {
  const hop = currentHop();
  if (hop === undefined) return {};
  const { requestId, traceparent } = hop;
  return { 'x-request-id': requestId, ...(traceparent === undefined ? {} : { traceparent }) };
}

/** As a log line has it. */
export function hopFields(): { requestId?: string; traceId?: string | undefined } {
  const hop = currentHop();
  if (hop === undefined) return {};
  const [, traceId] = hop.traceparent?.split('-') ?? [];
  return traceId === undefined ? { requestId: hop.requestId } : { requestId: hop.requestId, traceId };
}
