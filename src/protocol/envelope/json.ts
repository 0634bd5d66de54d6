/** JSON as DCI messages need it: read strictly, and written in the two forms that signatures are made over. */
import { RequestInvalid } from '../errors.js';
import { refuseAmbiguous } from './json.guard.js';

export { canonicalJson } from './canonical-json.js';

export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [key: string]: Json;
}

/** A number as its sender wrote it, so that `1.0` and `1` stay apart. */
export class SourceNumber {
  constructor(readonly source: string) {}
}
export type LosslessJson = string | number | boolean | null | SourceNumber | LosslessJson[] | LosslessObject;
export interface LosslessObject {
  [key: string]: LosslessJson;
}

/**
 * Parses a JSON text into plain values.
 *
 * @param what what the text is, for the refusal: `body`, `decrypted message`
 * @throws RequestInvalid for text that is not JSON, has a member twice, is nested deeper than 64 levels, or holds text or
 *   numbers that do not survive the way (see json.guard.ts)
 */
export function parseJson(text: string, what = 'body'): Json {
  return parseWith(text, what, (source): Json => JSON.parse(source));
}

/** As `parseJson`, with every number kept as its source text. */
export function parseLossless(text: string, what = 'body'): LosslessJson {
  return parseWith(text, what, (source) => parseWithSource(source, keepSource), true);
}

/** The text of Python's `json.dumps(value, sort_keys=True, separators=(',', ':'))`: ASCII only, keys by code point. */
export const pythonJson = (value: LosslessJson): string => sortedJson(value, asciiString);

/** Keys by code point, numbers as their source has them; text as it is, unless it is to be written otherwise. */
export function sortedJson(value: LosslessJson, string: (text: string) => string = JSON.stringify): string {
  if (value instanceof SourceNumber) return value.source;
  if (typeof value === 'string') return string(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((one) => sortedJson(one, string)).join(',')}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members
    .sort(([a], [b]) => compareCodePoints(a, b))
    .map(([key, member]) => `${string(key)}:${sortedJson(member, string)}`)
    .join(',')}}`;
}

/** Some editors write it before a text; it says nothing (RFC 8259 8.1), and no signature is made over it but of the bytes. */
const BYTE_ORDER_MARK = /^\uFEFF/;

function parseWith<T>(given: string, what: string, parse: (text: string) => T, keepsSource = false): T {
  const text = given.replace(BYTE_ORDER_MARK, '');
  let value: T;
  try {
    value = parse(text);
  } catch (error) {
    throw new RequestInvalid(`${what} is not valid JSON${positionOf(error)}`);
  }
  refuseAmbiguous(text, what, keepsSource);
  return value;
}

/** V8's own text repeats what was sent, so that only the place is taken from it. */
function positionOf(error: unknown): string {
  const place = error instanceof SyntaxError ? /at position (\d+)/.exec(error.message) : null;
  return place ? ` (near character ${place[1]})` : '';
}

type Reviver = (key: string, value: LosslessJson, context?: { source?: string }) => LosslessJson;
/** JSON.parse with source text access (ECMAScript 2026), which the type library does not know yet. */
const parseWithSource: (text: string, reviver: Reviver) => LosslessJson = JSON.parse;

const keepSource: Reviver = (_key, value, context) =>
  typeof value === 'number' && context?.source !== undefined ? new SourceNumber(context.source) : value;

function asciiString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** UTF-16 order, JavaScript's own, differs from code point order where surrogates meet U+E000 to U+FFFF. */
function compareCodePoints(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
