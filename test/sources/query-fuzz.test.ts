/** Whatever a partner sends as a query is refused by name or runs: no fault, no SQL error, no hang. */
import * as fc from 'fast-check';
import { ItemRejected } from '../../src/protocol/errors.js';
import { parseGraphqlQuery } from '../../src/protocol/query/graphql-query.js';
import { parsePage } from '../../src/protocol/query/parse-page.js';
import { parseQuery } from '../../src/protocol/query/parse-query.js';
import { parseSort } from '../../src/protocol/query/parse-sort.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { QUERY_TYPES } from '../../src/protocol/vocabulary.js';
import { demoRecords } from '../../src/sources/demo-data.js';
import { createRecordSource } from '../../src/sources/record.source.js';
import { page, query, sort } from './query.arbitrary.js';
import { openRegistryDatabase, type RegistryDatabase } from './registry-database.js';

const definition = createRegistries().byName('SOCIAL')!;
let registry: RegistryDatabase;
beforeAll(async () => {
  registry = await openRegistryDatabase();
  await registry.load([...demoRecords(20)]);
}, 60_000);
afterAll(() => registry?.close());

test('queries, sorts and pages', async () => {
  const seen = { refused: 0, answered: 0 };
  const types = fc.constantFrom(...definition.recordTypes);
  const property = fc.asyncProperty(
    fc.constantFrom(...QUERY_TYPES),
    query,
    sort,
    page,
    types,
    async (type, ...rest) => {
      const [asked, order, paging, recordType] = rest;
      const read = answerOf(() => ({
        definition,
        recordType: recordType.name,
        criteria: parseQuery(type, asked, definition, recordType),
        sort: answerOf(() => parseSort(order, definition, recordType)) ?? [],
        page: answerOf(() => parsePage(paging)) ?? { size: 20, number: 1 },
      }));
      seen[read ? 'answered' : 'refused']++;
      if (read) await createRecordSource(registry.database).search(read).catch(expectRejection);
    },
  );
  await fc.assert(property, { numRuns: 1500 });
  // Some hundred, by chance.
  expect(seen.answered).toBeGreaterThan(40);
  expect(seen.refused).toBeGreaterThan(80);
});

const WORDS = [
  'query',
  '{',
  '}',
  '(',
  ')',
  ':',
  '...',
  '"',
  '"""',
  '@skip',
  '$x',
  'person',
  'UIN',
  'filter',
  'sex',
  'name',
  '__typename',
  '1',
  '[',
  'on',
  'fragment',
  'F',
  '\0',
];
const words = fc.array(fc.constantFrom(...WORDS), { maxLength: 40 }).map((all) => all.join(' '));
const shuffled = fc
  .tuple(
    fc.constantFrom(
      '{ person(UIN: "1") { sex name { surname } } }',
      '{ group(filter: {age: {lt: 5}}, first: 2) { group_size } }',
    ),
    fc.nat(60),
    fc.string({ maxLength: 3 }),
  )
  .map(([text, at, inserted]) => text.slice(0, at) + inserted + text.slice(at));

test('GraphQL text', () => {
  const property = fc.property(fc.oneof(words, shuffled, fc.string(), fc.anything()), (text) => {
    answerOf(() => parseGraphqlQuery(text, definition));
  });
  expect(() => fc.assert(property, { numRuns: 3000 })).not.toThrow();
});

function answerOf<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    return expectRejection(error);
  }
}

function expectRejection(error: unknown): undefined {
  if (!(error instanceof ItemRejected)) throw error;
  expect(error.message.length).toBeLessThan(1000);
}
