/** What a receiver's answer means for a delivery (protocol 5). */
import type { OutboundResponse } from '../platform/outbound-http.js';
import { readRetryAfter } from './retry-schedule.js';

export type AttemptOutcome = 'DELIVERED' | 'REFUSED' | 'FAILED' | 'GONE' | 'BLOCKED';

export interface Verdict {
  outcome: AttemptOutcome;
  /** For the attempt's row: what was wrong. */
  error: string | null;
  /** Whether the receiver's machine is in trouble, so that its endpoint should be spared. */
  overloaded: boolean;
  /** A fault of ours that another attempt would meet again: it says nothing of the receiver, and is not waited out. */
  isOurs?: true;
  /** Seconds. */
  retryAfter?: number;
  /** Of an attempt that got no answer. */
  address?: string | undefined;
  latencyMs?: number;
}

/**
 * What is for a browser: a login page, a proxy's error, the portal of a network. Its content type says nothing, as many
 * servers send a plain `OK` as HTML.
 */
const DOCUMENT = /<(?:!doctype\s+html|html)[\s>]/i;
const FRAGMENT = /^<(?:head|body|form|meta|script|iframe|frameset)[\s>]/i;

type Answer = Pick<OutboundResponse, 'status' | 'headers' | 'body'>;

export function classifyAnswer({ status, headers, body }: Answer, now: Date): Verdict {
  const text = body.toString('utf8');
  // It has the message, from an attempt whose answer did not reach us.
  if (text.includes('rjct.message_id.duplicate')) return { outcome: 'DELIVERED', error: null, overloaded: false };
  if (status >= 200 && status < 300) {
    const ack = ackStatus(text);
    // Clients of the field answer `rcvd`, or a body of their own: only these two say no.
    if (ack === undefined && isPage(text)) return { outcome: 'FAILED', error: pageError(status), overloaded: true };
    if (ack !== 'ERR' && ack !== 'NACK') return { outcome: 'DELIVERED', error: null, overloaded: false };
    return { outcome: 'REFUSED', error: `the receiver answered ${ack}`, overloaded: false };
  }
  if (status === 410)
    return { outcome: 'GONE', error: 'the receiver answered 410: it wants no more', overloaded: false };
  const error = `the receiver answered ${status}`;
  const overloaded = status === 429 || status >= 500;
  const retryAfter = readRetryAfter(headers['retry-after'], now);
  const outcome = status >= 400 && status < 500 && status !== 429 ? 'REFUSED' : 'FAILED';
  return { outcome, error, overloaded, ...(retryAfter === undefined ? {} : { retryAfter }) };
}

function isPage(text: string): boolean {
  const start = text.slice(0, 4096).trim();
  return start.startsWith('<') && (DOCUMENT.test(start) || FRAGMENT.test(start));
}

/** The receiver itself has most likely not seen the message: it is tried again, and its endpoint spared. */
const pageError = (status: number): string =>
  `the receiver answered ${status} with a page for a browser, which is no receipt: see whether a login or a proxy stands before it`;

/** `message.ack_status`; some receivers leave the `message` out, or write a byte order mark, which trimming takes away. */
function ackStatus(text: string): unknown {
  try {
    const body = JSON.parse(text.trim()) as { ack_status?: unknown; message?: { ack_status?: unknown } } | null;
    return body?.message?.ack_status ?? body?.ack_status;
  } catch {
    return undefined;
  }
}
