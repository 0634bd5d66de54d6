/** Work that nobody waits for any more stops between two of its steps. */
import { DomainError } from './errors.js';

export const TOO_LONG = 'the operation took too long: ask for less at once';

export const late = (): DomainError => new DomainError('TIMEOUT', TOO_LONG);

/** @throws DomainError TIMEOUT */
export function assertInTime(deadline: AbortSignal | undefined): void {
  if (deadline?.aborted === true) throw late();
}
