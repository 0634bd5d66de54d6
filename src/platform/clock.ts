/** The time that work has, as a signal. */

export interface Clock {
  /** Aborts when the time is over. */
  signal: AbortSignal;
  /** Once the work is done: thousands of clocks that ran on would each end in an event for nobody. */
  stop: () => void;
}

/** @param until ends it before its time; followed by hand, since `AbortSignal.any` costs ten times as much */
export function startClock(
  ms: number,
  reason = () => new Error(`not done within ${ms} ms`),
  until?: AbortSignal,
): Clock {
  const over = new AbortController();
  const follow = () => over.abort(until?.reason);
  const timer = setTimeout(() => over.abort(reason()), ms).unref();
  if (until?.aborted === true) follow();
  else until?.addEventListener('abort', follow, { once: true });
  const stop = () => {
    clearTimeout(timer);
    until?.removeEventListener('abort', follow);
  };
  return { signal: over.signal, stop };
}
