import type { Criteria } from '../../src/protocol/query/criteria.js';
import { parseSort } from '../../src/protocol/query/parse-sort.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import type { DemoRecord } from '../../src/sources/demo-data.js';
import { createRecordSource } from '../../src/sources/record.source.js';
import type { SourceQuery, SourceResult } from '../../src/sources/registry-source.js';
import { valuesAt } from './criteria.arbitrary.js';
import { statementsOf } from '../support/statements.js';
import { openRegistryDatabase, type RegistryDatabase } from './registry-database.js';

const definition = createRegistries().byName('CRVS')!;
const everyone: Criteria = { and: [] };
const women: Criteria = { attribute: 'sex', operator: 'eq', value: 'female' };
const statements: { text: string; name?: string }[] = [];
let registry: RegistryDatabase;

beforeAll(async () => {
  registry = await openRegistryDatabase();
  // The first are there before the columns are, the others are written after them.
  await registry.load([...Array(12).keys()].map(person));
  await registry.fill();
  await registry.load([...Array(25).keys()].slice(12).map(person));
}, 60_000);
afterAll(() => registry?.close());
beforeEach(() => void statements.splice(0));

/** 25 persons: ten families by surname, the first five without birth date; two share an identifier; one is deleted. */
function person(index: number): DemoRecord {
  const data = {
    name: { surname: ['a', 'B', 'é', '10', '9'][index % 5], given_name: String(index).padStart(2, '0') },
    sex: index % 2 === 0 ? 'female' : 'male',
    identifier: [
      { identifier_type: 'BRN', identifier_value: `b${99 - index}` },
      { identifier_type: 'UIN', identifier_value: `u${100 + index}` },
    ],
    ...(index >= 5 && { birth_date: `${2000 - index}-01-01${index % 3 === 0 ? 'T10:00:00Z' : ''}` }),
  };
  const identifiers = [
    { type: 'UIN', value: `u${100 + index}` },
    { type: 'NIN', value: index < 3 ? 'shared' : `n${index}` },
  ];
  return { registry: 'CRVS', recordType: 'Person', externalId: String(index), identifiers, data };
}

/** By documents; by columns the same is found, whether hits are collected or, beyond two, read in order. */
async function search(query: Partial<SourceQuery>): Promise<SourceResult> {
  const sql = {
    eventWritten: () => {},
    query: <Row>(text: string, values?: unknown[], name?: string) => {
      statements.push({ text, ...(name && { name }) });
      return registry.database.query<Row>(text, values, name);
    },
  };
  const all = { definition, recordType: 'Person', criteria: everyone, sort: [], page: { size: 1000, number: 1 } };
  const asked = { ...all, ...query };
  const found = await createRecordSource(sql, { layouts: false }).search(asked);
  expect(await createRecordSource(registry.database).search(asked)).toEqual(found);
  const {
    totalCount,
    totalIsExact = true,
    ...many
  } = await createRecordSource(registry.database, { exactTotals: 2 }).search(asked);
  expect({ ...many, totalCount: totalIsExact ? totalCount : found.totalCount }).toEqual(found);
  expect([totalIsExact || totalCount >= 2, totalCount <= found.totalCount]).toEqual([true, true]);
  return found;
}

const names = ({ records }: SourceResult) => records.map(({ data }) => String(valuesAt(data, 'name.given_name')[0]));
const lookUp = (type: string, value: string): Criteria => ({ identifier: { type, value } });
const sortBy = (...keys: string[]) =>
  parseSort(
    keys.map((key) => ({ attribute: key.replace('-', ''), order: key.startsWith('-') ? 'desc' : 'asc' })),
    definition,
    'Person',
  );

describe('an identifier', () => {
  test('is one prepared statement', async () => {
    const found = await search({ criteria: lookUp('UIN', 'u107') });
    expect(found).toEqual({
      totalCount: 1,
      records: [{ id: expect.any(String), recordType: 'Person', version: 1, data: person(7).data }],
    });
    expect(statements).toEqual([
      { text: expect.stringContaining('record_identifier'), name: 'records-by-identifiers' },
    ]);
  });

  test('is told whole to whoever asks for all of it, whatever is read for others at the same time', async () => {
    const source = createRecordSource(registry.database);
    const asked = { definition, recordType: 'Person', sort: [], page: { size: 2, number: 1 } };
    const criteria = lookUp('UIN', 'u107');
    const found = await Promise.all(
      [[], ['sex'], undefined].map((members) => source.search({ ...asked, criteria, members })),
    );
    expect(found.map(({ records }) => records[0]?.data)).toEqual([{}, { sex: 'male' }, person(7).data]);
  });

  test('is planned once, however many are asked for', async () => {
    const plans = await registry.database.transaction(async (unit) => {
      const source = createRecordSource(unit);
      for (let index = 0; index < 10; index += 1) {
        const asked = { definition, recordType: 'Person', sort: [], page: { size: 1000, number: 1 } };
        const criteria = lookUp('UIN', `u${100 + index}`);
        await Promise.all(Array.from({ length: 1 + (index % 3) }, () => source.search({ ...asked, criteria })));
      }
      return unit.query(
        `select generic_plans > 0 as kept from pg_prepared_statements where name = 'records-by-identifiers'`,
      );
    });
    expect(plans).toEqual([{ kept: true }]);
  });

  test('shares its statement with others asked for at the same time, and each gets its own', async () => {
    const source = createRecordSource(registry.database);
    const asked = [
      'u107',
      'u',
      'u103',
      'u107',
      'shared',
      ...Array.from({ length: 25 }, (_, index) => `u1${String(index).padStart(2, '0')}`),
    ];
    const ask = (value: string, size: number) =>
      source.search({
        definition,
        recordType: 'Person',
        criteria: lookUp(value === 'shared' ? 'NIN' : 'UIN', value),
        sort: [],
        page: { size, number: 1 },
      });
    let together: SourceResult[] = [];
    const sent = await statementsOf(registry.database, async () => {
      together = await Promise.all(asked.map((value, index) => ask(value, 3 + (index % 2))));
    });
    expect(sent.length).toBeLessThan(10);
    const alone: SourceResult[] = [];
    for (const value of asked) alone.push(await ask(value, 3));
    expect(together).toEqual(alone);
    expect(together.slice(0, 5).map(names)).toEqual([['07'], [], ['03'], ['07'], ['00', '01', '02']]);
  });

  test('of many rows is one statement, which reads of each record what is named', async () => {
    const asked = ['u107', 'u', 'u103', 'u107', 'shared', 'n9'].map((value) => ({
      definition,
      recordType: 'Person',
      criteria: lookUp(value.startsWith('u') ? 'UIN' : 'NIN', value),
      sort: [],
      page: { size: 2, number: 1 },
      members: ['sex', 'birth_date'],
    }));
    const source = createRecordSource(registry.database);
    const everybody = { ...asked[0]!, criteria: everyone };
    let together: (SourceResult | undefined)[] = [];
    const sent = await statementsOf(registry.database, async () => {
      together = await source.lookUp([...asked, everybody]);
    });
    expect(sent).toHaveLength(1);
    const told = together.map((one) => one?.records.map(({ data }) => data));
    const { sex, birth_date } = person(7).data;
    // Whom three share is no look-up of a page of two, and neither is a question about everybody.
    expect(told).toEqual([
      [{ sex, birth_date }],
      [],
      [{ sex: 'male' }],
      [{ sex, birth_date }],
      undefined,
      [expect.any(Object)],
      undefined,
    ]);
    const whole = await source.lookUp(asked.map((query) => ({ ...query, members: undefined })));
    expect(whole[0]?.records).toEqual([{ ...together[0]!.records[0]!, data: person(7).data }]);
  });

  test.each([
    ['another type', lookUp('NIN', 'u107'), {}],
    ['an unknown value', lookUp('UIN', 'u'), {}],
    [
      'another registry',
      lookUp('UIN', 'u107'),
      { definition: createRegistries().byName('SOCIAL')!, recordType: 'Member' },
    ],
    ['a row filter against it', lookUp('UIN', 'u107'), { rowFilter: women }],
    ['a second page', lookUp('UIN', 'u107'), { page: { size: 5, number: 2 } }],
  ])('%s finds nobody', async (_, criteria, rest) => {
    const found = await search({ criteria, ...rest });
    expect(found.records).toEqual([]);
    expect(found.totalCount).toBe('page' in rest ? 1 : 0);
    expect(found.nextCursor).toBeUndefined();
  });

  test('of more records than a page holds is paged like any search', async () => {
    const first = await search({ criteria: lookUp('NIN', 'shared'), page: { size: 2, number: 1 } });
    expect([names(first), first.totalCount]).toEqual([['00', '01'], 3]);
    const rest = await search({
      criteria: lookUp('NIN', 'shared'),
      page: { size: 2, number: 1, cursor: first.nextCursor! },
    });
    expect([names(rest), rest.totalCount, rest.nextCursor]).toEqual([['02'], 3, undefined]);
  });

  test('of a deleted record finds nobody', async () => {
    await registry.load([person(90), person(91)]);
    const [deleted] = (await search({ criteria: lookUp('UIN', 'u190') })).records;
    await registry.database.query('UPDATE registry_record SET deleted_at = now() WHERE id = $1', [deleted!.id]);
    for (const criteria of [lookUp('UIN', 'u190'), { and: [lookUp('UIN', 'u190')] }])
      expect(await search({ criteria })).toMatchObject({ records: [], totalCount: 0 });
    await registry.database.query('UPDATE registry_record SET deleted_at = now() WHERE external_id = $1', ['91']);
  });
});

const missing = (index: number) => (index < 5 ? 1 : 0);

describe('order', () => {
  const all = [...Array(25).keys()];
  test.each<[string, string[], ((index: number) => number)[]]>([
    ['text by code point', ['surname', 'given_name'], [(index) => [3, 2, 4, 0, 1][index % 5]!, (index) => index]],
    ['days, missing last', ['birth_date'], [missing, (index) => (index < 5 ? index : -index)]],
    ['days down, missing last', ['-birth_date'], [missing, (index) => index]],
    ['age', ['age'], [missing, (index) => index]],
    ['an identifier of one type', ['-UIN'], [(index) => -index]],
    ['an identifier of another', ['-BRN'], [(index) => index]],
    ['two directions', ['-sex', 'BRN'], [(index) => (index % 2 === 1 ? 0 : 1), (index) => -index]],
  ])('%s, in pages of both kinds', async (_, keys, ranks) => {
    const order = (a: number, b: number) =>
      ranks.map((rank) => rank(a) - rank(b)).find((difference) => difference !== 0);
    const expected = all.toSorted((a, b) => order(a, b) ?? 0).map((index) => String(index).padStart(2, '0'));
    expect(names(await search({ sort: sortBy(...keys) }))).toEqual(expected);
    expect(await byCursor(keys)).toEqual(expected);
    expect(await byNumber(keys)).toEqual(expected);
  });

  test('without sort is stable', async () => {
    expect(await byCursor([])).toEqual(await byNumber([]));
  });
});

describe('a cursor', () => {
  const sort = sortBy('birth_date', 'surname');

  test('with other conditions goes on from the same place', async () => {
    const cursor = await cursorOf({ sort });
    const found = await search({ sort, criteria: women, page: { size: 3, number: 1, cursor } });
    expect([names(found), found.totalCount]).toEqual([['14', '12', '10'], 13]);
  });

  test.each<[string, (cursor: string) => string]>([
    ['is no base64', () => '%%%'],
    ['is no JSON', () => Buffer.from('{').toString('base64url')],
    ['is null', () => Buffer.from('null').toString('base64url')],
    ['has no id', (cursor) => changed(cursor, { id: undefined })],
    ['has an id of another kind', (cursor) => changed(cursor, { id: "'; drop table" })],
    ['has too few keys', (cursor) => changed(cursor, { keys: [null] })],
    ['has keys of another type', (cursor) => changed(cursor, { keys: [5, 'a'] })],
    ['has a NUL', (cursor) => changed(cursor, { keys: ['2000-01-01', '\0'] })],
    ['has more than it should', (cursor) => changed(cursor, { more: 1 })],
    ['belongs to another order', (cursor) => changed(cursor, { order: 'AAAAAAAAAAAA' })],
  ])('that %s is refused', async (_, change) => {
    const cursor = change(await cursorOf({ sort }));
    const refusal = search({ sort, page: { size: 10, number: 1, cursor } });
    await expect(refusal).rejects.toMatchObject({
      code: 'rjct.pagination.invalid',
      message: 'cursor is the next_cursor of an earlier reply, unchanged, to a search with the same sort',
    });
  });

  test('of one sort does not fit another', async () => {
    const cursor = await cursorOf({ sort: sortBy('surname') });
    const refusal = search({ sort: sortBy('-surname'), page: { size: 10, number: 1, cursor } });
    await expect(refusal).rejects.toMatchObject({ code: 'rjct.pagination.invalid' });
  });
});

test('a page beyond the end still has the total', async () => {
  const found = await search({ criteria: women, page: { size: 10, number: 9 } });
  expect(found).toEqual({ records: [], totalCount: 13 });
  expect(statements).toHaveLength(1);
});

test('columns follow what is written, deleted and brought back', async () => {
  const criteria: Criteria = { attribute: 'name.surname', operator: 'eq', value: 'Changed' };
  const change = (sql: string) => registry.database.query(`UPDATE registry_record SET ${sql} WHERE external_id = '7'`);
  expect((await search({ criteria })).totalCount).toBe(0);
  await change(`data = jsonb_set(data, '{name,surname}', '"Changed"')`);
  expect(names(await search({ criteria }))).toEqual(['07']);
  await change('deleted_at = now()');
  expect((await search({ criteria })).totalCount).toBe(0);
  await change('deleted_at = NULL');
  expect(names(await search({ criteria }))).toEqual(['07']);
  await change(`data = jsonb_set(data, '{name,surname}', '"é"')`);
});

test('text that is longer than a column keeps is told apart all the same', async () => {
  const long = (end: string): Criteria => ({ attribute: 'name.surname', operator: 'eq', value: 'x'.repeat(250) + end });
  const change = (surname: string) =>
    registry.database.query(
      `UPDATE registry_record SET data = jsonb_set(data, '{name,surname}', to_jsonb($1::text)) WHERE external_id = '7'`,
      [surname],
    );
  await change(`${'x'.repeat(250)}a`);
  expect(names(await search({ criteria: long('a') }))).toEqual(['07']);
  for (const criteria of [long('b'), { ...long(''), value: 'x'.repeat(199) }])
    expect((await search({ criteria })).totalCount).toBe(0);
  await change('é');
});

test('a row filter narrows every search', async () => {
  const rowFilter: Criteria = { attribute: 'birth_date', operator: 'gte', value: '1990-01-01' };
  const found = await search({ criteria: women, rowFilter });
  expect(names(found).toSorted()).toEqual(['06', '08', '10']);
  const either = await search({ criteria: { or: [women, { not: women }] }, rowFilter });
  expect(either.totalCount).toBe(6);
});

async function cursorOf(query: Partial<SourceQuery>): Promise<string> {
  return (await search({ ...query, page: { size: 10, number: 1 } })).nextCursor!;
}

function changed(cursor: string, change: object): string {
  const read: object = JSON.parse(Buffer.from(cursor, 'base64url').toString());
  return Buffer.from(JSON.stringify({ ...read, ...change })).toString('base64url');
}

async function byCursor(keys: string[]): Promise<string[]> {
  const found: string[] = [];
  for (let cursor: string | undefined, more = true; more; more = cursor !== undefined) {
    const page = await search({ sort: sortBy(...keys), page: { size: 4, number: 1, ...(cursor && { cursor }) } });
    expect(page.totalCount).toBe(25);
    found.push(...names(page));
    cursor = page.nextCursor;
  }
  return found;
}

async function byNumber(keys: string[]): Promise<string[]> {
  const numbers = [1, 2, 3, 4, 5, 6, 7, 8];
  const pages = numbers.map((number) => search({ sort: sortBy(...keys), page: { size: 4, number } }));
  return (await Promise.all(pages)).flatMap(names);
}
