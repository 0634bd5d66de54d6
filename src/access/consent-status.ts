/** Whether a receipt, or a consent that a manager keeps, still stands: asked each time, since a revocation counts at once. */
import { OutboundFailed, OutboundRefused } from '../platform/outbound-errors.js';
import type { Outbound, OutboundRequest } from '../platform/outbound-http.js';
import { isObject } from '../platform/plain-object.js';

/** Of a search that waits for it. */
const TIMEOUT_MS = 3000;

export type ConsentStatus = 'active' | 'revoked' | 'expired' | 'unknown' | 'unavailable';

type Asking = Pick<Outbound, 'request'>;

/** 404 is `unknown`; whatever is not understood is `unavailable`. */
export async function askStatus(outbound: Asking, url: string): Promise<ConsentStatus> {
  const answer = await askJson(outbound, { url, method: 'GET', headers: { accept: 'application/json' } });
  if (answer === 'unreachable') return 'unavailable';
  if (answer.status === 404) return 'unknown';
  const said = answer.status === 200 ? answer.body?.['status'] : undefined;
  return said === 'active' || said === 'revoked' || said === 'expired' ? said : 'unavailable';
}

/** A body that is no JSON object, or longer than we read, is none. */
export async function askJson(
  outbound: Asking,
  request: OutboundRequest,
): Promise<{ status: number; body?: Record<string, unknown> } | 'unreachable'> {
  try {
    const { status, body, truncated } = await outbound.request({ timeoutMs: TIMEOUT_MS, ...request });
    const read = truncated ? undefined : parse(body);
    return { status, ...(isObject(read) ? { body: read } : {}) };
  } catch (error) {
    if (error instanceof OutboundRefused || error instanceof OutboundFailed) return 'unreachable';
    throw error;
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
