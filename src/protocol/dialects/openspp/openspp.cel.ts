/**
 * Predicates as text in CEL: comparisons of an attribute with a value, joined by `&&` and `||`, in parentheses, `in` a list.
 * The text is read, never evaluated; a part that is not of this subset is what the refusal names.
 */
import type { Json, JsonObject } from '../../envelope/json.js';

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

class NotRead extends Error {}

function tokensOf(text: string): Token[] {
  if (text.length > LONGEST) throw new NotRead(`longer than ${LONGEST} characters`);
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN);
  for (const whole = text.trimEnd(); pattern.lastIndex < whole.length;) {
    const from = pattern.lastIndex;
    const [, mark, string, number, name] = pattern.exec(whole) ?? [];
    if (mark !== undefined) tokens.push({ kind: 'mark', text: mark });
    else if (string !== undefined)
      tokens.push({ kind: 'value', text: string, value: string.slice(1, -1).replaceAll(/\\(.)/g, '$1') });
    else if (number !== undefined) tokens.push({ kind: 'value', text: number, value: Number(number) });
    else if (name === 'true' || name === 'false') tokens.push({ kind: 'value', text: name, value: name === 'true' });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else throw new NotRead(whole.slice(from, from + 40).trim());
  }
  return tokens;
}

class CelReader {
  #at = 0;
  constructor(private readonly tokens: Token[]) {}

  any(depth: number): JsonObject {
    return this.#joined('||', '$or', () => this.#joined('&&', '$and', () => this.#one(depth)));
  }

  end(): void {
    const rest = this.tokens[this.#at];
    if (rest !== undefined) throw new NotRead(rest.text);
  }

  #joined(mark: string, operator: string, read: () => JsonObject): JsonObject {
    const parts = [read()];
    while (this.#took(mark)) parts.push(read());
    return parts.length === 1 ? parts[0]! : { [operator]: parts };
  }

  #one(depth: number): JsonObject {
    if (depth > DEEPEST) throw new NotRead('deeper than 10 parentheses');
    if (this.#took('(')) {
      const inside = this.any(depth + 1);
      this.#take(')');
      return inside;
    }
    const name = this.#next();
    if (name.kind !== 'name') throw new NotRead(name.text);
    const operator = this.#next();
    const meant = Object.hasOwn(OPERATORS, operator.text) ? OPERATORS[operator.text] : undefined;
    if (meant === undefined) throw new NotRead(`${name.text} ${operator.text}`);
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
    if (token.kind !== 'value') throw new NotRead(token.text);
    return token.value;
  }

  #took(mark: string): boolean {
    const token = this.tokens[this.#at];
    if (token?.kind !== 'mark' || token.text !== mark) return false;
    this.#at += 1;
    return true;
  }

  #take(mark: string): void {
    if (!this.#took(mark)) throw new NotRead(`${mark} is missing`);
  }

  #next(): Token {
    const token = this.tokens[this.#at];
    if (token === undefined) throw new NotRead('ends too early');
    this.#at += 1;
    return token;
  }
}
