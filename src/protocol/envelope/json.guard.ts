/** What RFC 8259 leaves open and a signed message must not: double names, unbounded depth, text or numbers that change on the way. */
import { RequestInvalid } from '../errors.js';
import { INEXACT, isExact } from '../exact-number.js';

const MAX_DEPTH = 64;

/**
 * Refuses a JSON text that means different things to different readers (RFC 7493, I-JSON).
 *
 * @param text text that `JSON.parse` has accepted
 * @param keepsSource whether numbers are kept as they are written, so that none of them can change
 * @throws RequestInvalid naming the key, never a value
 */
export function refuseAmbiguous(text: string, what: string, keepsSource = false): void {
  const open: Level[] = [];
  let name = '';
  for (let at = 0; at < text.length;) {
    const end = endOf(text, at);
    const first = text[at];
    if (first === '{' || first === '[') enter(open, what);
    else if (first === '}' || first === ']') open.pop();
    else if (first === ':') claimName(open.at(-1), name, what);
    else if (first === ',') nextElement(open.at(-1));
    else if (first === '"') name = readString(text.slice(at, end), what);
    else if (!keepsSource && end > at + 1 && !isExact(text.slice(at, end)))
      throw new RequestInvalid(`${pathOf(open, what)} ${INEXACT}`);
    at = end;
  }
}

/** Where the token that begins here ends: a string or a number; anything else is looked at sign by sign. */
function endOf(text: string, start: number): number {
  if (text[start] === '"') return endOfString(text, start);
  let end = start;
  while (isOfNumber(text.charCodeAt(end))) end += 1;
  return Math.max(end, start + 1);
}

function endOfString(text: string, start: number): number {
  for (let end = start + 1; ; end += 1) {
    end = text.indexOf('"', end);
    // What is given is JSON; anything else must at least come to an end.
    if (end < 0) return text.length;
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes += 1;
    // As many as are escaped themselves.
    if (escapes % 2 === 0) return end + 1;
  }
}

/** A digit, or one of `+-.eE`: literals have an `e` too, and end with it. */
const isOfNumber = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || code === 0x2b || code === 0x2d || code === 0x2e || code === 0x65 || code === 0x45;

/** An object or list that is open: the names it has had, and where in it the reader stands. */
interface Level {
  names?: Set<string>;
  at: string | number;
}

function enter(open: Level[], what: string): void {
  if (open.length === MAX_DEPTH) throw new RequestInvalid(`${what} is nested deeper than ${MAX_DEPTH} levels`);
  open.push({ at: 0 });
}

function nextElement(level: Level | undefined): void {
  if (typeof level?.at === 'number') level.at += 1;
}

function claimName(level: Level | undefined, name: string, what: string): void {
  // Copying such a member sets the copy's prototype.
  if (name === '__proto__') throw new RequestInvalid(`${what} has a member named "__proto__", which is not allowed`);
  if (level === undefined) return;
  level.names ??= new Set();
  if (level.names.has(name)) throw new RequestInvalid(`${what} has the member ${quoteName(name)} twice in one object`);
  level.names.add(name);
  level.at = name;
}

/** NUL and lone surrogates have no place in UTF-8 text columns, and RFC 8785 cannot sign the latter. */
function readString(token: string, what: string): string {
  if (!token.includes('\\')) return token.slice(1, -1);
  const value: string = JSON.parse(token);
  if (value.isWellFormed() && !value.includes('\0')) return value;
  throw new RequestInvalid(`${what} has a string with a NUL character or half a surrogate pair`);
}

function quoteName(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}

/** `body.message.search_request.0.…`: a member whose name does not look like one may be somebody's identifier. */
function pathOf(open: Level[], what: string): string {
  const place = open.map(({ at }) => (typeof at === 'number' || /^[A-Za-z_$@][\w.:$@-]{0,59}$/.test(at) ? at : '…'));
  return [what, ...place].join('.');
}
