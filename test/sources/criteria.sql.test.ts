import * as fc from 'fast-check';
import type { Criteria } from '../../src/protocol/query/criteria.js';
import { matches } from '../../src/protocol/query/evaluate.js';
import { attributesOf } from '../../src/protocol/registries/attributes.js';
import type { RegistryDefinition } from '../../src/protocol/registries/definition.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { demoRecords, type DemoRecord } from '../../src/sources/demo-data.js';
import { createRecordSource } from '../../src/sources/record.source.js';
import { searchDocuments } from '../../src/sources/search-documents.js';
import { criteriaOver } from './criteria.arbitrary.js';
import { openRegistryDatabase, type LoadedRecord, type RegistryDatabase } from './registry-database.js';

const ODD_VALUES = [42, true, null, '', 'unknown', {}, '2001-05-20T23:30:00-05:00', -0.5, '1985', '1985-02', '1985-13'];
const ODD_RECORD: DemoRecord = {
  registry: 'CRVS',
  recordType: 'Person',
  externalId: 'odd',
  identifiers: [{ type: 'UIN', value: 'ODD' }],
  data: {
    birth_date: '2001-05-20T23:30:00-05:00',
    sex: 'male',
    name: { surname: 5, given_name: '\u{1f600}' },
    death_date: '2020',
    marriage_date: ['1999-02'],
    address: [{ postal_code: 'A' }, { postal_code: 'B' }, { postal_code: 7 }],
  },
};

const MANY_DAYS = Array.from({ length: 20 }, (_, year) => `${1970 + year}-05-20`);
const registries = createRegistries();
const types = registries.all.flatMap((definition) => definition.recordTypes.map(({ name }) => ({ definition, name })));
let registry: RegistryDatabase;
let records: LoadedRecord[];

beforeAll(async () => {
  registry = await openRegistryDatabase();
  records = await registry.load([...[...demoRecords(150)].map(spoil), ODD_RECORD]);
  await registry.fill();
}, 60_000);
afterAll(() => registry?.close());

test.each(types)('$definition.registry $name: SQL and memory agree on any criteria', async ({ definition, name }) => {
  const all = recordsOf(definition, name);
  const attributes = attributesOf(definition, name);
  let found = 0;
  const property = fc.asyncProperty(criteriaOver([...attributes.values()], all), async (criteria) => {
    const expected = all.filter((record) => matches(criteria, record, attributes)).map(({ id }) => id);
    found += expected.length > 0 && expected.length < all.length ? 1 : 0;
    expect(await idsBySql(definition, name, criteria)).toEqual(expected.toSorted());
  });
  await fc.assert(property, { numRuns: 80 });
  expect(found).toBeGreaterThan(10); // not all or nothing
});

test.each<[string, Criteria, boolean]>([
  ['a day against a date-time', day('eq', '2001-05-20'), true],
  ['the day after', day('lt', '2001-05-21'), true],
  ['the same day, from', day('gte', '2001-05-20'), true],
  ['the same day, to', day('lte', '2001-05-20'), true],
  ['the same day, exclusive', { or: [day('gt', '2001-05-20'), day('lt', '2001-05-20')] }, false],
  ['one of two addresses', leaf('address.postal_code', 'eq', 'B'), true],
  ['none of the addresses', leaf('address.postal_code', 'gt', 'B'), false],
  ['bounds of two addresses', { and: codesBetween('A', 'B') }, true],
  ['bounds of one address', { and: codesBetween('A', 'B'), ofOne: 'address.postal_code' }, false],
  ['a list and a bound of one', { and: [codesBetween('A', 'C')[1]!, codeIn('B', 'C')], ofOne: 'address' }, true],
  ['none of one', { and: [codesBetween('A', 'B')[1]!, codeIn('B', 'C')], ofOne: 'address' }, false],
  ['a month of one list', { ...between('marriage_date', '1999-02-01', '1999-02-28'), ofOne: 'marriage_date' }, true],
  ['a missing value', leaf('divorce_date', 'lt', '9999-01-01'), false],
  ['not equal where missing', leaf('divorce_date', 'ne', '2001-01-01'), true],
  ['outside a list where missing', leaf('divorce_date', 'nin', ['2001-01-01']), true],
  ['a year in its year', leaf('death_date', 'eq', '2020'), true],
  ['a year against a day of it', leaf('death_date', 'eq', '2020-01-01'), false],
  ['a year against a month of it', leaf('death_date', 'eq', '2020-01'), false],
  ['a year from its first day', leaf('death_date', 'gte', '2020-01-01'), true],
  ['a year from its second day', leaf('death_date', 'gte', '2020-01-02'), false],
  ['a year after the one before', leaf('death_date', 'gt', '2019'), true],
  ['a year after itself', leaf('death_date', 'gt', '2020'), false],
  ['a year to its last day', leaf('death_date', 'lte', '2020-12-31'), true],
  ['a year to the day before that', leaf('death_date', 'lte', '2020-12-30'), false],
  ['a year before the next', leaf('death_date', 'lt', '2021'), true],
  ['a year before its last day', leaf('death_date', 'lt', '2020-12-31'), false],
  ['a year between its days', between('death_date', '2020-01-01', '2020-12-31'), true],
  ['a year between others', between('death_date', '2020-01-01', '2020-12-30'), false],
  ['a short month to its last day', leaf('marriage_date', 'lte', '1999-02-28'), true],
  ['a short month to the day before', leaf('marriage_date', 'lte', '1999-02-27'), false],
  ['a month in its year', leaf('marriage_date', 'eq', '1999'), true],
  ['a month in another year', leaf('marriage_date', 'eq', '1998'), false],
  ['a day in its month', day('eq', '2001-05'), true],
  ['a day in another month', day('eq', '2001-06'), false],
  ['a day up to its month', day('lte', '2001-05'), true],
  ['a day before its month', day('lt', '2001-05'), false],
  ['a day in one of several years', leaf('birth_date', 'in', ['1990', '2001']), true],
  ['a day in one of many', leaf('birth_date', 'in', [...MANY_DAYS, '2001-05']), true],
  ['a day in none of many', leaf('birth_date', 'nin', [...MANY_DAYS, '2001-06']), true],
  ['a day up to the end of time', day('lte', '9999'), true],
  ['a number where text is due', leaf('name.surname', 'gt', ''), false],
  ['its negation', { not: leaf('name.surname', 'gt', '') }, true],
  ['text beyond the basic plane sorts last', leaf('name.given_name', 'gt', '\uffee'), true],
  ['a hundred values', leaf('sex', 'in', [...Array(99).keys()].map(String).concat('male')), true],
])('%s', async (_, criteria, expected) => {
  const definition = registries.byName('CRVS')!;
  const one = records.find(({ externalId }) => externalId === ODD_RECORD.externalId);
  const both = { and: [criteria, { identifier: { type: 'UIN', value: 'ODD' } }] };
  expect(matches(both, one!, attributesOf(definition, 'Person'))).toBe(expected);
  expect(await idsBySql(definition, 'Person', both)).toEqual(expected ? [one!.id] : []);
});

test('an attribute that the record type does not have is a fault', async () => {
  const definition = registries.byName('CRVS')!;
  const criteria = leaf('password', 'eq', 'x');
  await expect(idsBySql(definition, 'Person', criteria)).rejects.toThrow('no attribute password in CRVS Person');
  const evaluate = () => matches(criteria, { data: {}, identifiers: [] }, attributesOf(definition, 'Person'));
  expect(evaluate).toThrow('no attribute password');
});

function leaf(
  attribute: string,
  operator: 'eq' | 'ne' | 'gt' | 'lt' | 'gte' | 'lte' | 'in' | 'nin',
  value: string | string[],
) {
  return { attribute, operator, value };
}

function between(path: string, from: string, to: string) {
  return { and: [leaf(path, 'gte', from), leaf(path, 'lte', to)] };
}

/** Between two of them, exclusive. */
function codesBetween(above: string, below: string) {
  return [leaf('address.postal_code', 'gt', above), leaf('address.postal_code', 'lt', below)];
}

function codeIn(...codes: string[]) {
  return leaf('address.postal_code', 'in', codes);
}

function day(operator: 'eq' | 'gt' | 'lt' | 'gte' | 'lte', value: string) {
  return leaf('birth_date', operator, value);
}

function recordsOf(definition: RegistryDefinition, recordType: string): LoadedRecord[] {
  return records.filter((record) => record.registry === definition.registry && record.recordType === recordType);
}

async function idsBySql(definition: RegistryDefinition, recordType: string, criteria: Criteria): Promise<string[]> {
  const query = { definition, recordType, criteria, sort: [], page: { size: 1000, number: 1 } };
  const inDocuments = await searchDocuments(registry.database, query);
  // By columns where they tell, few hits collected or many read in order.
  const inColumns = await createRecordSource(registry.database, { exactTotals: inDocuments.totalCount % 2 }).search(
    query,
  );
  expect(inColumns.records).toEqual(inDocuments.records);
  const { records: found, totalCount } = inDocuments;
  expect(totalCount).toBe(found.length);
  return found.map(({ id }) => id);
}

/** Stored data is not always of the dictionary's type: every third record gets leaves of another. */
function spoil(record: DemoRecord, index: number): DemoRecord {
  let leaves = index;
  const walk = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(walk);
    if (typeof node === 'object' && node !== null) return spoilMembers(node);
    return ++leaves % 5 === 0 ? ODD_VALUES[leaves % ODD_VALUES.length] : node;
  };
  const spoilMembers = (node: object) =>
    Object.fromEntries(Object.entries(node).map(([key, value]) => [key, walk(value)]));
  return index % 3 === 0 ? { ...record, data: spoilMembers(record.data) } : record;
}
