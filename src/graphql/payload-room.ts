/** Stored messages that one operation opens are bounded together, as one answer is. */
import { DomainError } from '../use-cases/errors.js';
import { MOST_BYTES } from '../use-cases/search/answer-room.js';
import type { Context } from './context.js';

/** Bytes of the stored messages that an operation has read. */
const read = new WeakMap<Context, number>();

/** Those of a list are asked for side by side: call without a wait between the sizes and this. @throws DomainError */
export function takeRoom(context: Context, own: number): void {
  const bytes = (read.get(context) ?? 0) + own;
  if (bytes > MOST_BYTES)
    throw new DomainError('INVALID', `stored messages: at most ${MOST_BYTES} bytes at once; ask for fewer`);
  read.set(context, bytes);
}
