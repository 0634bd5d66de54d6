/** What RFC 8259 leaves open and a signed message must not: double names, unbounded depth, text or numbers that change on the way. */
import { RequestInvalid } from '../errors.js';
import { INEXACT, isExact } from '../exact-number.js';

const MAX_DEPTH = 64;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:,]|-?\d[\d.eE+-]*/g;

/**
 * Refuses a JSON text that means different things to different readers (RFC 7493, I-JSON).
 *
 * @param text text that `JSON.parse` has accepted
 * @param keepsSource whether numbers are kept as they are written, so that none of them can change
 * @throws RequestInvalid naming the key, never a value
 */
export function refuseAmbiguous(text: string, what: string, keepsSource = false): void {
  const open: Level[] = [];
  let last = '';
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const token = match[0];
    if (token === '{' || token === '[') enter(open, what);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') claimName(open.at(-1), last, what);
    else if (token === ',') nextElement(open.at(-1));
    else if (token.startsWith('"')) last = readString(token, what);
    else if (!keepsSource && !isExact(token)) throw new RequestInvalid(`${pathOf(open, what)} ${INEXACT}`);
  }
}

/** An object or list that is open: the names it has had, and where in it the reader stands. */
interface Level {
  names: Set<string>;
  at: string | number;
}

function enter(open: Level[], what: string): void {
  if (open.length === MAX_DEPTH) throw new RequestInvalid(`${what} is nested deeper than ${MAX_DEPTH} levels`);
  open.push({ names: new Set(), at: 0 });
}

function nextElement(level: Level | undefined): void {
  if (typeof level?.at === 'number') level.at += 1;
}

function claimName(level: Level | undefined, name: string, what: string): void {
  // Copying such a member sets the copy's prototype.
  if (name === '__proto__') throw new RequestInvalid(`${what} has a member named "__proto__", which is not allowed`);
  if (level?.names.has(name)) throw new RequestInvalid(`${what} has the member ${quoteName(name)} twice in one object`);
  level?.names.add(name);
  if (level !== undefined) level.at = name;
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
