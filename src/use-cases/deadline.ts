/** Work that nobody waits for any more stops between two of its steps. */
import { startClock, type Clock } from '../platform/clock.js';
import { DomainError } from './errors.js';

export const TOO_LONG = 'the operation took too long: ask for less at once';

export const late = (): DomainError => new DomainError('TIMEOUT', TOO_LONG);

export const startDeadline = (ms: number): Clock => startClock(ms, late);

/** Gives work its time. */
export async function withDeadline<T>(ms: number, work: (deadline: AbortSignal) => Promise<T>): Promise<T> {
  const { signal, stop } = startDeadline(ms);
  try {
    return await work(signal);
  } finally {
    stop();
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
