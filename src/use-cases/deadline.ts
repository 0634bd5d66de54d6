/** Work that nobody waits for any more stops between two of its steps. */
import { DomainError } from './errors.js';

export const TOO_LONG = 'the operation took too long: ask for less at once';

export const late = (): DomainError => new DomainError('TIMEOUT', TOO_LONG);

/** Gives work its time. The clock stops with the work: thousands that ran on would each end in an event for nobody. */
export async function withDeadline<T>(ms: number, work: (deadline: AbortSignal) => Promise<T>): Promise<T> {
  const over = new AbortController();
  const clock = setTimeout(() => over.abort(late()), ms).unref();
  try {
    return await work(over.signal);
  } finally {
    clearTimeout(clock);
  }
}

/** @throws DomainError TIMEOUT */
export function assertInTime(deadline: AbortSignal | undefined): void {
  if (deadline?.aborted === true) throw late();
}

/** Its caller is told when the time is over; the work stops at its next step. @throws DomainError TIMEOUT */
export function inTime<T>(deadline: AbortSignal, work: () => T | Promise<T>): T | Promise<T> {
  assertInTime(deadline);
  const result = work();
  return result instanceof Promise ? before(deadline, result) : result;
}

function before<T>(deadline: AbortSignal, result: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const refuse = () => reject(late());
    deadline.addEventListener('abort', refuse, { once: true });
    void result.then(resolve, reject).finally(() => deadline.removeEventListener('abort', refuse));
  });
}
