/** What RFC 8259 leaves open and a signed message must not: double names, unbounded depth, text or numbers that change on the way. */
import { RequestInvalid } from '../errors.js';

const MAX_DEPTH = 64;
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\]:]|-?\d[\d.eE+-]*/g;

/**
 * Refuses a JSON text that means different things to different readers (RFC 7493, I-JSON).
 *
 * @param text text that `JSON.parse` has accepted
 * @throws RequestInvalid naming the key, never a value
 */
export function refuseAmbiguous(text: string, what: string): void {
  const open: Set<string>[] = [];
  let last = '';
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match; match = TOKEN.exec(text)) {
    const token = match[0];
    if (token === '{' || token === '[') enter(open, what);
    else if (token === '}' || token === ']') open.pop();
    else if (token === ':') claimName(open.at(-1), last, what);
    else if (token.startsWith('"')) last = readString(token, what);
    else refuseOverflow(token, what);
  }
}

function enter(open: Set<string>[], what: string): void {
  if (open.length === MAX_DEPTH) throw new RequestInvalid(`${what} is nested deeper than ${MAX_DEPTH} levels`);
  open.push(new Set());
}

function claimName(names: Set<string> | undefined, name: string, what: string): void {
  // Copying such a member sets the copy's prototype.
  if (name === '__proto__') throw new RequestInvalid(`${what} has a member named "__proto__", which is not allowed`);
  if (names?.has(name)) throw new RequestInvalid(`${what} has the member ${quoteName(name)} twice in one object`);
  names?.add(name);
}

/** NUL and lone surrogates have no place in UTF-8 text columns, and RFC 8785 cannot sign the latter. */
function readString(token: string, what: string): string {
  if (!token.includes('\\')) return token.slice(1, -1);
  const value: string = JSON.parse(token);
  if (value.isWellFormed() && !value.includes('\0')) return value;
  throw new RequestInvalid(`${what} has a string with a NUL character or half a surrogate pair`);
}

function refuseOverflow(token: string, what: string): void {
  if (Number.isFinite(Number(token))) return;
  throw new RequestInvalid(`${what} has a number beyond the range of a double; send it as a string`);
}

function quoteName(name: string): string {
  return JSON.stringify(name.length > 60 ? `${name.slice(0, 60)}…` : name);
}
