/** How long an answer of the gateway is waited for: it gives every one within a time of its own, so that behind it there is no line. */

/** For the line. */
const LINE_MS = 15_000;
/** Of the error by which a request is given up. */
export const SILENCE = 'TimeoutError';

let patienceMs = 60_000;

/** @param gatewayMs within which the gateway answers, or says that it took too long */
export function bePatient(gatewayMs: number): void {
  patienceMs = gatewayMs + LINE_MS;
}

/** A request that is given up where no answer begins; one that has begun may take its time over a slow line. */
export const patiently: typeof fetch = async (address, request = {}) => {
  const silence = new AbortController();
  const timer = setTimeout(() => silence.abort(new DOMException('no answer', SILENCE)), patienceMs);
  const signals = request.signal == null ? [silence.signal] : [silence.signal, request.signal];
  try {
    return await fetch(address, { ...request, signal: AbortSignal.any(signals) });
  } finally {
    clearTimeout(timer);
  }
};
