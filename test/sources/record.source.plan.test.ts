import type { Criteria, Operator, Sort } from '../../src/protocol/query/criteria.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { createRecordSource } from '../../src/sources/record.source.js';
import { openRegistryDatabase, type RegistryDatabase } from './registry-database.js';

const definition = createRegistries().byName('CRVS')!;
let registry: RegistryDatabase;

beforeAll(async () => {
  registry = await openRegistryDatabase();
  await registry.database.query(`
    INSERT INTO registry_record (id, registry, record_type, data)
    SELECT md5(n::text)::uuid, 'CRVS', 'Person', jsonb_build_object(
      'sex', CASE WHEN n % 2 = 0 THEN 'female' ELSE 'male' END,
      'name', jsonb_build_object('surname', 'S' || n % 9973),
      'birth_date', to_char(date '1900-01-01' + n % 9973, CASE WHEN n % 2 = 0 THEN 'YYYY-MM-DD' ELSE 'YYYY-MM-DD"T00:00:00Z"' END),
      'marriage_date', jsonb_build_array(to_char(date '2001-01-01' + n % 9973, 'YYYY-MM-DD')),
      'address', jsonb_build_array(jsonb_build_object('postal_code', 'P' || n % 5003)))
    FROM generate_series(1, 50000) AS n`);
  await registry.database.query(`
    INSERT INTO record_identifier (record_id, registry, record_type, type, value)
    SELECT md5(n::text)::uuid, 'CRVS', 'Person', 'UIN', 'u' || n FROM generate_series(1, 50000) AS n`);
  await registry.database.query('VACUUM ANALYZE registry_record, record_identifier');
}, 120_000);
afterAll(() => registry?.close());

const uin = (value: string): Criteria => ({ identifier: { type: 'UIN', value } });
const surname = (value: string): Criteria => ({ attribute: 'name.surname', operator: 'eq', value });
const postalCode = (...value: string[]): Criteria => ({ attribute: 'address.postal_code', operator: 'in', value });
const oneAddress = (value: string): Criteria => ({
  and: ['eq' as const, 'startsWith' as const].map((operator) => ({
    attribute: 'address.postal_code',
    operator,
    value,
  })),
  ofOne: 'address',
});
const married = (from: string, to: string): Criteria => ({
  and: [
    { attribute: 'marriage_date', operator: 'gte', value: from },
    { attribute: 'marriage_date', operator: 'lte', value: to },
  ],
  ofOne: 'marriage_date',
});
const born = (...value: string[]): Criteria => ({ attribute: 'birth_date', operator: 'in', value });
const within = (from: Operator, first: string, to: Operator, last: string): Criteria => ({
  and: [
    { attribute: 'birth_date', operator: from, value: first },
    { attribute: 'birth_date', operator: to, value: last },
  ],
});
const identifiers = 'record_identifier_lookup';
const data = 'registry_record_data';
const days = 'registry_record_days';

test.each<[string, Criteria, Criteria | undefined, string[], number]>([
  ['an identifier', uin('u7'), undefined, [identifiers, 'registry_record_pkey'], 1],
  ['an identifier and a row filter', uin('u7'), { not: surname('S8') }, [identifiers, 'registry_record_pkey'], 1],
  ['one of many identifiers', { or: [...Array(300).keys()].map((n) => uin(`u${n}`)) }, undefined, [identifiers], 299],
  ['an attribute', surname('S7'), undefined, [data], 6],
  ['an attribute below a list, one of three', postalCode('P1', 'P2', 'P3'), undefined, [data], 30],
  ['two of one entry of a list', oneAddress('P1'), undefined, [data], 10],
  ['days between which one of several lies', married('2001-01-08', '2001-01-09'), undefined, [days], 12],
  [
    'an attribute and more',
    { and: [surname('S7'), { not: { attribute: 'sex', operator: 'gt', value: 'g' } }] },
    undefined,
    [data],
    3,
  ],
  ['a day, in dates and date-times', born('1900-01-08'), undefined, [days], 6],
  ['one of two days', born('1900-01-08', '1900-01-09'), undefined, [days], 12],
  ['a year of days', within('gte', '1900-01-01', 'lt', '1901-01-01'), undefined, [days], 1960],
  ['days after one, to another', within('gt', '1900-01-08', 'lte', '1900-01-10'), undefined, [days], 12],
  ['an identifier or a day', { or: [uin('u8'), born('1900-01-08')] }, undefined, [identifiers, days], 7],
  ['an identifier or an attribute', { or: [uin('u7'), surname('S8')] }, undefined, [identifiers, data], 7],
])('%s is found by index', async (_, criteria, rowFilter, indexes, count) => {
  const { plans, totalCount } = await explain(criteria, rowFilter);
  expect(totalCount).toBe(count);
  for (const index of indexes) expect(plans).toContain(index);
  expect(plans).not.toContain('Seq Scan on registry_record');
  expect(plans).not.toContain('Seq Scan on record_identifier');
});

test('what no index serves is read in one pass, so the checks above can fail', async () => {
  const { plans } = await explain({ attribute: 'name.surname', operator: 'gt', value: 'S99' });
  expect(plans).toContain('Seq Scan on registry_record');
});

describe('with columns', () => {
  beforeAll(async () => {
    await registry.fill();
    await registry.database.query('VACUUM ANALYZE');
  }, 120_000);

  const byBirth: Sort[] = [{ attribute: 'birth_date', order: 'asc' }];
  const lastBorn: Sort[] = [{ attribute: 'birth_date', order: 'desc' }];
  test.each<[string, Criteria, Sort[], number]>([
    ['a name', surname('S7'), [], 6],
    ['a name by date of birth', surname('S7'), byBirth, 6],
    ['the other way round', surname('S7'), lastBorn, 6],
    ['names that begin alike', { attribute: 'name.surname', operator: 'startsWith', value: 'S999' }, [], 5],
    ['a year of days', born('1900'), [], 1960],
    ['a year of days by date of birth', born('1900'), byBirth, 1960],
    ['days after one, to another', within('gt', '1900-01-08', 'lte', '1900-01-10'), [], 12],
    ['a name or a day', { or: [surname('S8'), born('1900-01-08')] }, [], 12],
  ])('%s is read from an index', async (_, criteria, sort, count) => {
    for (const exactTotals of [10_000, 5]) {
      const { plans, totalCount } = await explain(criteria, undefined, { sort, exactTotals });
      expect(totalCount).toBe(exactTotals === 5 ? Math.min(count, 21) : count);
      expect(plans).toMatch(/searched_record_\d+_\d+/);
      expect(plans).not.toContain('Seq Scan on searched_record');
      expect(plans).not.toContain('Scan on registry_record_data');
    }
  });

  test('a total beyond its bound reads no more than the bound', async () => {
    const { totalCount, read } = await explain({ attribute: 'sex', operator: 'eq', value: 'male' }, undefined, {
      exactTotals: 100,
      sort: byBirth,
    });
    expect(totalCount).toBe(100);
    expect(read).toBeLessThan(1000);
  });

  test('what names somebody is looked up by its identifier', async () => {
    const { plans } = await explain({ and: [uin('u7'), surname('S7')] });
    expect(plans).toContain(identifiers);
    expect(plans).not.toContain('searched_record');
  });
});

/** The plans of the statements that a search sends, each with its own values; and the rows that their scans read. */
async function explain(
  criteria: Criteria,
  rowFilter?: Criteria,
  { sort = [], exactTotals }: { sort?: Sort[]; exactTotals?: number } = {},
) {
  const plans: string[] = [];
  const sql = {
    eventWritten: () => {},
    query: async <Row>(text: string, values?: unknown[], name?: string) => {
      const lines = await registry.database.query<Record<string, string>>(
        `EXPLAIN (ANALYZE, TIMING OFF) ${text}`,
        values,
      );
      plans.push(...lines.map((line) => String(line['QUERY PLAN'])));
      return registry.database.query<Row>(text, values, name);
    },
  };
  const query = { definition, recordType: 'Person', criteria, rowFilter, sort, page: { size: 20, number: 1 } };
  const { totalCount } = await createRecordSource(sql, exactTotals === undefined ? {} : { exactTotals }).search(query);
  const scans = plans.filter((line) => /(Index|Seq|Bitmap Heap).* Scan/.test(line));
  const read = Math.max(...scans.map((line) => Number(/actual rows=([\d.]+)/.exec(line)?.[1] ?? 0)));
  return { plans: plans.join('\n'), totalCount, read };
}
