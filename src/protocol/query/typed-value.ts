/** A partner's value, read as the type of the attribute it is compared with: `"25"` is a number where the attribute is one. */
import { assertNothingBeside } from './beside.js';
import type { Scalar } from './criteria.js';
import { isExact, isExactValue } from '../exact-number.js';
import { normalText, plainText, withoutMarks } from '../text.js';
import { IDENTIFIER_VALUE, readIdentifierValue } from '../registries/records/identifier-value.js';
import { codeOf } from '../registries/core/code-list.js';
import { readDate } from '../registries/date.js';
import type { Attribute, ScalarType } from '../registries/definition.js';
import { isObject } from '../../platform/plain-object.js';
import { filterInvalid, listed } from './query-rejection.js';

/** Longest text that a comparison takes, in UTF-16 units. */
export const MAX_TEXT = 1000;
/** Most values of one `in` or `nin`. */
export const MAX_LIST = 1000;

/** @throws ItemRejected `rjct.filter.invalid`, naming the attribute and what it takes. */
export function typedValue(attribute: Attribute, raw: unknown): Scalar {
  const value = attribute.codes ? readCode(attribute, raw) : READERS[attribute.type](raw);
  if (value === undefined) throw filterInvalid(`attribute "${attribute.path}" takes ${expected(attribute)}`);
  return value;
}

/** What `in` carries: a list, `{"values": […]}` or text with commas (the specification's schema allows no list). */
export function listOf(name: string, raw: unknown): unknown[] {
  const list = spread(raw);
  if (list.length === 0) throw filterInvalid(`a list for ${name} needs at least one value`);
  if (list.length > MAX_LIST) throw filterInvalid(`a list for ${name} takes at most ${MAX_LIST} values`);
  return list;
}

/** A piece of a text, whose blanks count. @throws ItemRejected `rjct.filter.invalid` */
export function pieceOfText(attribute: Attribute, raw: unknown): string {
  const text = wellFormed(raw);
  if (text === undefined) throw filterInvalid(`attribute "${attribute.path}" takes ${expected(attribute)}`);
  return normalText(withoutMarks(text));
}

/** In the form in which records are stored. */
function readText(raw: unknown): string | undefined {
  const text = wellFormed(raw);
  return text === undefined ? undefined : plainText(text);
}

/** Without NUL, since PostgreSQL stores no other. */
function wellFormed(raw: unknown): string | undefined {
  if (typeof raw === 'number') return isExactValue(raw) ? String(raw) : undefined;
  if (typeof raw !== 'string') return typeof raw === 'boolean' ? String(raw) : undefined;
  return raw.length <= MAX_TEXT && raw.isWellFormed() && !raw.includes('\0') ? raw : undefined;
}

function spread(raw: unknown): unknown[] {
  if (Array.isArray(raw)) return raw;
  if (isObject(raw)) {
    assertNothingBeside(raw, 'values');
    return Array.isArray(raw.values) ? raw.values : [];
  }
  if (typeof raw !== 'string') return [raw];
  return raw
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

const READERS: Record<ScalarType, (raw: unknown) => Scalar | undefined> = {
  string: readText,
  identifier: readIdentifierValue,
  number: readNumber,
  integer: readNumber,
  boolean: readBoolean,
  date: readDay,
  json: () => undefined,
};

function readNumber(raw: unknown): number | undefined {
  if (typeof raw === 'number') return Number.isFinite(raw) ? raw : undefined;
  return typeof raw === 'string' && /^-?\d{1,30}(\.\d{1,30})?$/.test(raw) && isExact(raw) ? Number(raw) : undefined;
}

function readBoolean(raw: unknown): boolean | undefined {
  return raw === true || raw === 'true' ? true : raw === false || raw === 'false' ? false : undefined;
}

/** The calendar day, month or year as written, of a date or a date-time. */
function readDay(raw: unknown): string | undefined {
  return typeof raw === 'string' ? readDate(raw) : undefined;
}

/** Codes are stored, so a label is read as its code; a list that is open leaves other values as they are. */
function readCode({ codes = [], open }: Attribute, raw: unknown): string | undefined {
  const text = readText(raw);
  return text === undefined ? undefined : (codeOf(codes, text) ?? (open ? text : undefined));
}

const EXPECTED: Record<ScalarType, string> = {
  string: `text of at most ${MAX_TEXT} characters; a number beyond 2^53-1 is sent as a string`,
  identifier: IDENTIFIER_VALUE,
  number: 'a number',
  integer: 'a number',
  boolean: 'true or false',
  date: 'a date such as 1985-05-20, 1985-05 or 1985',
  json: 'no comparison',
};

function expected({ codes, type }: Attribute): string {
  if (!codes) return EXPECTED[type];
  return `one of ${listed(codes.map(({ code, label }) => (code === label ? code : `${code} (${label})`)))}`;
}
