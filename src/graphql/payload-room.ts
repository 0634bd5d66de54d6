/** Stored messages that one operation opens, and what it has told again, are bounded together, as one answer is. */
import { DomainError } from '../use-cases/errors.js';
import { MOST_BYTES } from '../use-cases/search/answer-room.js';

/** Bytes by operation: its context, or one event of a live subscription. */
const taken = new WeakMap<object, number>();

/** Those of a list are asked for side by side: call without a wait between the sizes and this. @throws DomainError */
export function takeRoom(operation: object, own: number): void {
  const bytes = (taken.get(operation) ?? 0) + own;
  if (bytes > MOST_BYTES)
    throw new DomainError(
      'INVALID',
      `stored messages, and values told again under another name: at most ${MOST_BYTES} bytes at once; ask for fewer`,
    );
  taken.set(operation, bytes);
}
