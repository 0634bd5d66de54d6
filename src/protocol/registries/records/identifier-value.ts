/** The value of an identifier: read by this one function wherever a record, a question, a consent or a file names a person. */
import { isWholeText, normalText, withoutUnseen } from '../../text.js';

/** Of UTF-8: an index of PostgreSQL takes no row beyond 2704 bytes, and an external id may be made of two values. */
const MAX_BYTES = 1000;
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}]/u;
/** What a spreadsheet makes of a long number: its last digits are gone, and it is the same for many persons. */
const SCIENTIFIC = /^\d+([.,]\d+)?E\+\d+$/i;

/** What is read; stands behind the name of a field that is none. */
export const IDENTIFIER_VALUE =
  `a value of text: 1 to ${MAX_BYTES} characters (bytes of UTF-8), without control characters and U+FFFD, ` +
  'not in scientific notation; a number beyond 2^53-1 is sent as a string';

/** The value as it is stored and asked for, without blanks around it, without what nobody sees, and in NFC; undefined for what identifies nobody. */
export function readIdentifierValue(raw: unknown): string | undefined {
  if (typeof raw === 'number') return Number.isSafeInteger(raw) ? String(raw) : undefined;
  if (typeof raw !== 'string') return undefined;
  const value = normalText(withoutUnseen(raw)).trim();
  if (value === '' || isTooLong(value) || !isWholeText(value)) return undefined;
  return CONTROL.test(value) || SCIENTIFIC.test(value) ? undefined : value;
}

const isTooLong = (value: string): boolean => value.length > MAX_BYTES / 4 && Buffer.byteLength(value) > MAX_BYTES;

/** Whether a value says nothing, as an empty cell does: it is left out of a record, and refused in a question. */
export const isBlankValue = (raw: unknown): boolean => typeof raw === 'string' && withoutUnseen(raw).trim() === '';
