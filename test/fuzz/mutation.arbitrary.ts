/** Messages that are nearly right: some members replaced by anything, left out or added. */
import * as fc from 'fast-check';
import type { Json, JsonObject } from '../../src/protocol/envelope/json.js';

/** What parsers, dates, databases and limits stumble over. */
export const odd = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(
      '',
      ' ',
      '\0',
      '\ud800',
      '\u202e',
      'x'.repeat(300),
      '../..',
      '%',
      "';--",
      '$1',
      'null',
      -1,
      0,
      0.5,
      2 ** 31,
      2 ** 53,
      1e308,
      '1e999',
      '0000-00-00T00:00:00Z',
      '2026-02-30T00:00:00Z',
      '9999-12-31T23:59:59.999999999999Z',
      '2026-01-01T00:00:00+99:99',
      'http://127.0.0.1:1/',
      'file:///etc/passwd',
      [],
      {},
      [[]],
      [null],
      { $eq: null },
      true,
      null,
    ),
  },
) as fc.Arbitrary<Json>;

type Place = (string | number)[];
interface Mutation {
  /** Counts the places of the message, from its root. */
  at: number;
  how: 'replace' | 'remove' | 'add' | 'repeat';
  value: Json;
}

const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(200),
  how: fc.constantFrom('replace', 'replace', 'remove', 'add', 'repeat'),
  value: odd,
});

/** None to three changes; a message of other tests stays valid where there are none. */
export const mutations = fc.array(mutation, { maxLength: 3 });

export function mutated(message: JsonObject, changes: Mutation[]): JsonObject {
  const copy = structuredClone(message);
  for (const change of changes) apply(copy, change);
  return copy;
}

function apply(message: JsonObject, { at, how, value: shared }: Mutation): void {
  const value = structuredClone(shared);
  const places = placesOf(message);
  const place = places[at % Math.max(places.length, 1)] ?? [];
  const key = place.at(-1) ?? '';
  const parent = place.slice(0, -1).reduce<Json>((found, step) => (found as JsonObject)[step] as Json, message);
  const holder = parent as Record<string | number, Json>;
  if (how === 'replace') holder[key] = value;
  else if (how === 'add') Object.assign(holder, { [Array.isArray(parent) ? parent.length : 'added']: value });
  else if (how === 'repeat' && Array.isArray(parent)) parent.push(structuredClone(parent[Number(key)] as Json));
  else if (Array.isArray(parent)) parent.splice(Number(key), 1);
  else delete holder[key];
}

function placesOf(value: Json, above: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[...above, key], ...placesOf(child, [...above, key])]);
}
