/**
 * Predicates as text in CEL: comparisons of an attribute with a value, joined by `&&` and `||`, in parentheses, `in` a list.
 * The text is read, never evaluated; a part that is not of this subset is what the refusal names.
 */
import type { Json, JsonObject } from '../../envelope/json.js';
import { isExact } from '../../exact-number.js';

const TOKEN =
  /\s*(?:(&&|\|\||==|!=|>=|<=|[><()[\],])|("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(-?\d+(?:\.\d+)?)|([A-Za-z_][\w.]*))/y;
const OPERATORS: Record<string, string> = {
  '==': '$eq',
  '!=': '$ne',
  '>': '$gt',
  '>=': '$gte',
  '<': '$lt',
  '<=': '$lte',
  in: '$in',
};
const LONGEST = 2000;
const DEEPEST = 10;

type Token = { text: string } & ({ kind: 'mark' | 'name' } | { kind: 'value'; value: Json });

/** An expression of the standard; of what cannot be read, one that no registry knows, named as it was written. */
export function readCel(text: string): JsonObject {
  try {
    const reader = new CelReader(tokensOf(text));
    const read = reader.any(0);
    reader.end();
    return read;
  } catch (error) {
    if (!(error instanceof NotRead)) throw error;
    return { [`CEL: ${error.message}`]: { $eq: true } };
  }
}

/** What is not read: a name, a mark, or words of ours; never a value, which may be somebody's. */
class NotRead extends Error {}

const told = (token: Token): string => (token.kind === 'value' ? 'a value in this place' : token.text);

function tokensOf(text: string): Token[] {
  if (text.length > LONGEST) throw new NotRead('a text that is too long');
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  for (const whole = text.trimEnd(); pattern.lastIndex < whole.length;) {
    const from = pattern.lastIndex;
    const [, mark, string, number, name] = pattern.exec(whole) ?? [];
    if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
    else if (string !== undefined) tokens.push({ kind: 'value', text: string, value: textIn(string) });
    else if (number !== undefined) tokens.push({ kind: 'value', text: number, value: numberIn(number) });
    else if (name === 'true' || name === 'false') tokens.push({ kind: 'value', text: name, value: name === 'true' });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else throw new NotRead(whole.slice(from).trim().slice(0, 1));
  }
  return tokens;
}

/** Of escapes, those of a quote and of the backslash. */
function textIn(quoted: string): string {
  const inside = quoted.slice(1, -1);
  const unread = /\\[^\\'"]/.exec(inside.replaceAll('\\\\', ''));
  if (unread !== null) throw new NotRead('an escape in a text');
  return inside.replaceAll(/\\(.)/g, '$1');
}

function numberIn(digits: string): number {
  if (!isExact(digits)) throw new NotRead('a number with too many digits');
  return Number(digits);
}

class CelReader {
  #at = 0;
  constructor(private readonly tokens: Token[]) {}

  any(depth: number): JsonObject {
    return this.#joined('||', '$or', () => this.#joined('&&', '$and', () => this.#one(depth)));
  }

  end(): void {
    const rest = this.tokens[this.#at];
    if (rest !== undefined) throw new NotRead(told(rest));
  }

  #joined(mark: string, operator: string, read: () => JsonObject): JsonObject {
    const parts = [read()];
    while (this.#took(mark)) parts.push(read());
    return parts.length === 1 ? parts[0]! : { [operator]: parts };
  }

  #one(depth: number): JsonObject {
    if (depth > DEEPEST) throw new NotRead('too many parentheses');
    if (this.#took('(')) {
      const inside = this.any(depth + 1);
      this.#take(')');
      return inside;
    }
    const name = this.#next();
    if (name.kind !== 'name') throw new NotRead(told(name));
    const operator = this.#next();
    const meant = Object.hasOwn(OPERATORS, operator.text) ? OPERATORS[operator.text] : undefined;
    if (meant === undefined) throw new NotRead(operator.text === '(' ? name.text : told(operator));
    const value = meant === '$in' ? this.#list() : this.#value();
    return { [name.text.replace(/^person\./, '')]: { [meant]: value } };
  }

  #list(): Json {
    this.#take('[');
    const values = [this.#value()];
    while (this.#took(',')) values.push(this.#value());
    this.#take(']');
    return values;
  }

  #value(): Json {
    const token = this.#next();
    if (token.kind !== 'value') throw new NotRead(told(token));
    return token.value;
  }

  #took(mark: string): boolean {
    const token = this.tokens[this.#at];
    if (token?.kind !== 'mark' || token.text !== mark) return false;
    this.#at += 1;
    return true;
  }

  #take(mark: string): void {
    if (!this.#took(mark)) throw new NotRead(`a missing ${mark}`);
  }

  #next(): Token {
    const token = this.tokens[this.#at];
    if (token === undefined) throw new NotRead('an end that comes too early');
    this.#at += 1;
    return token;
  }
}
