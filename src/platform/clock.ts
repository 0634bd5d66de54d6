/** The time that work has, as a signal. */

export interface Clock {
  /** Aborts when the time is over. */
  signal: AbortSignal;
  /** Once the work is done: thousands of clocks that ran on would each end in an event for nobody. */
  stop: () => void;
}

export function startClock(ms: number, reason = () => new Error(`not done within ${ms} ms`)): Clock {
  const over = new AbortController();
  const timer = setTimeout(() => over.abort(reason()), ms).unref();
  return { signal: over.signal, stop: () => clearTimeout(timer) };
}
