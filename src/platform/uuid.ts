import { createHash } from 'node:crypto';
import { v7 } from 'uuid';
import { fewRandomBytes } from './random.js';

const SEQUENCES = 2 ** 32;
let msecs = 0;
let seq = 0;

/** A UUIDv7 (RFC 9562 5.7): ordered by time, and within this process strictly by the order of the calls. */
export function uuidv7(): string {
  const now = Date.now();
  const random = fewRandomBytes(16);
  // A counter that starts anew, at random in its lower half, with each millisecond (RFC 9562 6.2, method 1).
  if (now > msecs) [msecs, seq] = [now, random.readUInt32BE(6) >>> 1];
  else if (++seq === SEQUENCES) [msecs, seq] = [msecs + 1, 0];
  return v7({ msecs, seq, random });
}

/** The UUID of a pair of them, whoever asks (RFC 9562 5.8): of the moment of the first, and of a hash of both. */
export function uuidOf(first: string, second: string): string {
  const hash = createHash('sha256').update(`${first} ${second}`).digest('hex');
  return `${first.slice(0, 13)}-8${hash.slice(0, 3)}-8${hash.slice(3, 6)}-${hash.slice(6, 18)}`;
}

/** The moment inside a UUIDv7. */
export const timeOf = (id: string): Date => new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));

/** Whether a text is a UUID, so that PostgreSQL takes it for one. */
export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
