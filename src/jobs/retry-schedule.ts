/** When to try again: waiting times that grow, each ±20 % so that receivers which failed together do not return together. */
const JITTER = 0.2;

/**
 * @param failed attempts that have failed so far, at least 1
 * @param retrySeconds waiting time before the second, third … attempt
 * @param askedSeconds what the receiver asked for (`Retry-After`); bounded by the longest waiting time
 * @returns milliseconds, or undefined after the last attempt
 */
export function nextAttemptIn(
  failed: number,
  retrySeconds: readonly number[],
  askedSeconds = 0,
  random: () => number = Math.random,
): number | undefined {
  const wait = retrySeconds[failed - 1];
  if (wait === undefined) return undefined;
  const jittered = wait * (1 + JITTER * (2 * random() - 1));
  const asked = Math.min(askedSeconds, Math.max(...retrySeconds));
  return Math.round(1000 * Math.max(jittered, asked));
}

/** `Retry-After` in seconds from now: delta-seconds or an HTTP-date (RFC 9110, 10.2.3). */
export function readRetryAfter(value: string | undefined, now: Date): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d{1,9}$/.test(value.trim())) return Number(value);
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now.getTime()) / 1000));
}

/** After a fault of ours: soon, then more and more rarely, and without counting against the partner. */
export function ownFaultDelay(faults: number): number {
  return Math.min(1000 * 2 ** Math.min(faults, 10), 300_000);
}
