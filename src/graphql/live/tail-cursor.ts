/** Places in the live stream as clients keep them: epoch, transaction number, sequence. Opaque to clients. */
import type { TailEvent, TailPosition, TailState } from '../../entities/queues/tail.repository.js';
import { DomainError, invalid } from '../../use-cases/errors.js';

export interface LiveEvent extends TailEvent {
  cursor: string;
}

const MAX_NUMBER = 2n ** 63n - 1n;

export function encodeTailCursor({ xid, seq }: TailPosition, epoch: string): string {
  return Buffer.from(JSON.stringify([epoch, xid, seq])).toString('base64url');
}

/** @throws DomainError for anything but a cursor of this database whose events are still kept */
export function decodeTailCursor(cursor: string, { epoch, purged }: TailState): TailPosition {
  const [of, xid, seq] = parse(cursor);
  if (typeof of !== 'string' || !isNumber(xid) || !isNumber(seq)) throw refusal('not a cursor of a live stream');
  if (of !== epoch) throw refusal('this cursor is from before a restore; load the lists anew and begin without it');
  if (BigInt(xid) < BigInt(purged))
    throw refusal('what came behind this cursor is no longer kept; load the lists anew and begin without it');
  return { xid, seq };
}

export function isBehind(left: TailPosition, right: TailPosition): boolean {
  const [xid, other] = [BigInt(left.xid), BigInt(right.xid)];
  return xid === other ? BigInt(left.seq) > BigInt(right.seq) : xid > other;
}

function parse(cursor: string): unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) && parts.length === 3 ? parts : [];
  } catch {
    return [];
  }
}

const isNumber = (part: unknown): part is string =>
  typeof part === 'string' && /^\d{1,19}$/.test(part) && BigInt(part) <= MAX_NUMBER;

const refusal = (message: string): DomainError => invalid('after', message);
