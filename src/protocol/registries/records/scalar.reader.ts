/** One value of a record as its type of the dictionary: numbers sent as text, dates in older forms, labels instead of codes. */
import { isExact, isExactValue } from '../../exact-number.js';
import { isWholeText, normalTexts, plainText } from '../../text.js';
import { codeOf } from '../core/code-list.js';
import { readDate } from '../date.js';
import type { Code, ScalarType } from '../definition.js';
import { IDENTIFIER_VALUE, readIdentifierValue } from './identifier-value.js';
import { bare } from './property.path.js';
import { RecordInvalid } from './record-invalid.js';

/** Longest text a record may hold in one place, in UTF-16 units. */
const MAX_TEXT = 10_000;

/** @throws RecordInvalid */
export function readScalar(type: ScalarType, value: unknown, path: string): unknown {
  const read = READERS[type](value);
  if (read === undefined) throw new RecordInvalid(path, `must be ${EXPECTED[type]}`);
  return read;
}

/** The code of a closed list, from the code, its label or another word for it. @throws RecordInvalid */
export function readCode(list: Code[], value: unknown, path: string): string {
  const text = readWord(value, path);
  const code = codeOf(list, text) ?? codeOf(list, bare(text));
  if (code !== undefined) return code;
  const choice = list.slice(0, 20).map((known) => `${known.code} (${known.label})`);
  throw new RecordInvalid(
    path,
    `must be a code or label of its list: ${choice.join(', ')}${list.length > 20 ? ', …' : ''}`,
  );
}

/** A code of an open list; a value the list does not have stays as it is. @throws RecordInvalid */
export function readOpenCode(list: Code[], value: unknown, path: string): string {
  const text = readWord(value, path);
  return codeOf(list, text) ?? text;
}

export function readWord(value: unknown, path: string): string {
  const text = readText(value);
  if (text === undefined) throw new RecordInvalid(path, `must be ${EXPECTED.string}`);
  return text;
}

const READERS: Record<ScalarType, (value: unknown) => unknown> = {
  string: readText,
  identifier: readIdentifierValue,
  number: readNumber,
  integer: (value) => (Number.isSafeInteger(readNumber(value)) ? readNumber(value) : undefined),
  boolean: readBoolean,
  date: readDateText,
  json: normalTexts,
};

const EXPECTED: Record<ScalarType, string> = {
  string: `text of at most ${MAX_TEXT} characters, without NUL and U+FFFD; a number beyond 2^53-1 is sent as a string`,
  identifier: IDENTIFIER_VALUE,
  number: 'a number that is held exactly: up to 2^53-1, of at most 17 digits',
  integer: 'a whole number',
  boolean: 'true or false',
  date: 'a date such as 1985-05-20, or a date-time such as 1985-05-20T10:00:00Z, or a month or year such as 1985-05 or 1985',
  json: 'JSON without NUL and U+FFFD characters',
};

function readText(value: unknown): string | undefined {
  if (typeof value === 'number') return isExactValue(value) ? String(value) : undefined;
  if (typeof value !== 'string' || value.length > MAX_TEXT) return undefined;
  return isWholeText(value) ? plainText(value) : undefined;
}

function readNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  const text = typeof value === 'string' ? value.trim() : '';
  return /^-?\d{1,30}(\.\d{1,30})?$/.test(text) && isExact(text) ? Number(text) : undefined;
}

const BOOLEANS = new Map<unknown, boolean>([
  ...[true, 1, '1', 'true', 'yes'].map((value) => [value, true] as const),
  ...[false, 0, '0', 'false', 'no'].map((value) => [value, false] as const),
]);

function readBoolean(value: unknown): boolean | undefined {
  return BOOLEANS.get(typeof value === 'string' ? value.trim().toLowerCase() : value);
}

const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/;

// Dates keep the form they have (day, month, year, date-time with or without zone); the samples' 02.05.2024 is day first.
function readDateText(value: unknown): string | undefined {
  const text = typeof value === 'string' ? value.trim() : '';
  const iso = text.replace(DOTTED, (_, day: string, month: string, year: string) =>
    [year, month.padStart(2, '0'), day.padStart(2, '0')].join('-'),
  );
  return readDate(iso) === undefined ? undefined : iso;
}
