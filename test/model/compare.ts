/** Compares what came with what was wanted, whatever the order, and takes out what is another in each run. */
import type { Answer } from '../support/partner.js';

/** What differs between two runs of one history anyway: ids, times, signatures, ports. */
export const withoutChance = (text: string): string =>
  text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<id>')
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '<time>')
    .replaceAll(/SUB-[\w-]{24}/g, '<code>')
    .replaceAll(/"(signature|durationMs|contentHash)":("(\\.|[^"\\])*"|\d+)/g, '"$1":<chance>')
    .replaceAll(/"ciphertext":"([^"]*)"/g, (_, cipher: string) => `"ciphertext":<${cipher.length}>`)
    .replaceAll(/"(encrypted_key|iv|tag|protected|x|y)":"[^"]*"/g, '"$1":<chance>')
    .replaceAll(/(created|expires)=\d+|(keyid|nonce)="[^"]*"|sig1=:[^:]*:|127\.0\.0\.1:\d+/g, '<chance>');

const BY_CHANCE = new Set(['date', 'ratelimit', 'content-digest', 'signature', 'signature-input']);

/** One answer as a line of a transcript. */
export function answered(path: string, { status, headers, body }: Answer): string {
  const nodes: Listed[] | undefined = body?.data?.transactions?.nodes;
  const told = [...headers].filter(
    ([name]) => !BY_CHANCE.has(name) && (nodes === undefined || name !== 'content-length'),
  );
  return withoutChance(JSON.stringify([path, status, told, nodes?.map(inAnyOrder) ?? body]));
}

interface Listed {
  operation: string;
  status: string;
}

/** Payloads that one call reads at once leave their rows in the order in which they came, which is chance. */
const inAnyOrder = (node: Listed): Listed =>
  node.operation === 'TXN_STATUS' ? { operation: node.operation, status: node.status } : node;

const ordered = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, ordered(each)]),
  );
};
export const sorted = (values: unknown[]): string[] => values.map(stable).toSorted();

export const stable = (value: unknown): string => JSON.stringify(ordered(value));

/** @returns undefined where there is none */
export function difference(got: unknown, wanted: unknown): string | undefined {
  return stable(got) === stable(wanted) ? undefined : `\n  got    ${stable(got)}\n  wanted ${stable(wanted)}`;
}

export function same(got: unknown, wanted: unknown, what: string): void {
  const found = difference(got, wanted);
  if (found !== undefined) throw new Error(`${what}${found}`);
}

export function expectTrue(holds: boolean, what: string): void {
  if (!holds) throw new Error(what);
}
