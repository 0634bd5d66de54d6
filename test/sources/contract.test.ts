/** Whoever keeps the records, the same random questions get the same answers: an oracle in memory knows them. */
import * as fc from 'fast-check';
import { Client } from 'pg';
import { loadRecords } from '../../src/entities/records/record.repository.js';
import { ItemRejected } from '../../src/protocol/errors.js';
import type { Criteria } from '../../src/protocol/query/criteria.js';
import { attributesIn } from '../../src/protocol/query/criteria-walk.js';
import { matches } from '../../src/protocol/query/evaluate.js';
import type { SortKey } from '../../src/protocol/query/parse-sort.js';
import { attributesOf } from '../../src/protocol/registries/attributes.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { sourceRecordId } from '../../src/sources/outside/record-id.js';
import type { ConsentScope, SourceQuery } from '../../src/sources/registry-source.js';
import { giveConsent } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { hasMariadb, startMariadb, type MariadbServer } from '../support/mariadb.js';
import { createPartner } from '../support/partner.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { criteriaOver, valuesAt } from './criteria.arbitrary.js';
import type { LoadedRecord } from './registry-database.js';

const definition = createRegistries().byName('SOCIAL')!;
const attributes = attributesOf(definition, 'SRPerson');
const SURNAMES = ['Banda', 'Cruz', 'cruz', 'Ng', 'Élodie', "O'Brien"];
const COUNT = 60;

interface Row {
  key: number;
  surname: string | null;
  sex: number | null;
  born: string | null;
  uin: string;
  brn: string | null;
  phones: string[];
}

const rows = Array.from({ length: COUNT }, (_, key): Row => ({
  key,
  surname: key % 11 === 0 ? null : (SURNAMES[key % SURNAMES.length] ?? null),
  sex: key % 13 === 0 ? null : key % 4,
  born:
    key % 7 === 0 ? null : new Date(Date.UTC(1980 + (key % 5), key % 12, 1 + (key % 28))).toISOString().slice(0, 10),
  uin: `u${key}`,
  // Some share one.
  brn: key % 3 === 0 ? `b${key % 4}` : null,
  phones: Array.from({ length: key % 3 }, (_one, index) => `+4470000${key % 9}${index}`),
}));

const SEXES = ['unknown', 'male', 'female', 'unknown'];
const dataOf = ({ surname, sex, born, uin, brn, phones }: Row) => ({
  identifier: [
    { identifier_type: 'UIN', identifier_value: uin },
    ...(brn === null ? [] : [{ identifier_type: 'BRN', identifier_value: brn }]),
  ],
  ...(surname !== null && { name: { surname } }),
  ...(sex !== null && { sex: SEXES[sex] }),
  ...(born !== null && { birth_date: born }),
  ...(phones.length > 0 && { phone_number: phones }),
});

const records = (idOf: (row: Row) => string): LoadedRecord[] =>
  rows.map((row) => ({
    id: idOf(row),
    registry: 'SOCIAL',
    recordType: 'SRPerson',
    externalId: row.uin,
    identifiers: [{ type: 'UIN', value: row.uin }, ...(row.brn === null ? [] : [{ type: 'BRN', value: row.brn }])],
    data: dataOf(row),
  }));

const yaml = (name: string, kind: string, mode: string): string => `version: 1
source: { name: ${name}, kind: ${kind}, url: "\${${kind.toUpperCase()}_DATABASE_URL}", mode: ${mode} }
codes: { sex: { "1": male, "2": female } }
records:
  - registry: SOCIAL
    type: SRPerson
    from: person
    key: number
    fields: { name.surname: surname, sex: { column: sex, codes: sex, otherwise: unknown }, birth_date: born }
    identifiers: [{ type: UIN, value: uin }, { type: BRN, value: brn }]
    lists: { phone_number: { from: phone, parent: number, order: place, value: phone } }
    search:
      identifier: { UIN: select number from person where uin = :value, BRN: select number from person where brn = :value }
      name.surname: { column: surname }
      sex: { column: sex, ops: [eq, in] }
      birth_date: { column: born, ops: [eq, ge, le] }
`;

const text = (value: string | number | null): string =>
  value === null ? 'null' : `'${String(value).replaceAll("'", "''")}'`;
const TABLES = `
create table person (number int primary key, surname varchar(40), sex int, born date, uin varchar(40), brn varchar(40));
create table phone (number int, place int, phone varchar(40));
insert into person values ${rows.map(({ key, surname, sex, born, uin, brn }) => `(${[key, surname, sex, born, uin, brn].map(text).join(', ')})`).join(', ')};
insert into phone values ${rows.flatMap(({ key, phones }) => phones.map((phone, place) => `(${key}, ${place}, ${text(phone)})`)).join(', ')};`;

/** Fields that persons consented to, by turns; each fourth to none. */
const CONSENTS = [['*'], ['name', 'identifier'], ['birth_date', 'sex']];
const consentOf = ({ identifiers }: LoadedRecord): string[] | undefined => {
  const number = Number(identifiers[0]?.value.slice(1));
  return number % 4 === 0 ? undefined : CONSENTS[number % CONSENTS.length];
};

let gateway: TestGateway;
let postgres: TestDatabase;
let mariadb: MariadbServer | undefined;
let senderId: string;

beforeAll(async () => {
  postgres = await createTestDatabase({ template: false });
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  await client.query(TABLES);
  await client.end();
  if (hasMariadb()) {
    mariadb = await startMariadb();
    await mariadb.run('create database people character set utf8mb4');
    await mariadb.run(TABLES, 'people');
  }
  gateway = await startTestGateway({
    env: { POSTGRES_DATABASE_URL: postgres.url, ...(mariadb && { MARIADB_DATABASE_URL: mariadb.url('people') }) },
  });
  ({ senderId } = await createPartner(gateway));
  for (const record of records(({ uin }) => uin)) {
    const fields = consentOf(record);
    if (fields !== undefined) await giveConsent(gateway, { uin: record.externalId ?? '', senderId, fields });
  }
}, 120_000);
afterAll(async () => {
  await gateway?.close();
  await postgres?.drop();
  await mariadb?.close();
});

async function apply(name: string, kind: string, mode: 'live' | 'mirror'): Promise<LoadedRecord[]> {
  await gateway.admin('mutation ($yaml: String!) { applySource(yaml: $yaml) { name } }', {
    yaml: yaml(name, kind, mode),
  });
  const state = async () =>
    (await gateway.admin<{ sources: { state: string; lastError: string }[] }>('{ sources { state lastError } }'))
      .sources[0];
  await until(async () => (await state())?.state === 'RUNNING', { seen: state });
  return records(({ key }) => sourceRecordId(name, 'SRPerson', [String(key)]));
}

const remove = (name: string) =>
  gateway.admin('mutation ($name: String!) { removeSource(name: $name) { name } }', { name });

test('our own tables', async () => {
  await loadRecords(
    gateway.database,
    records(({ uin }) => uin).map((record) => ({ ...record, id: undefined, registry: 'SOCIAL' as const })),
  );
  const ids = new Map(
    (
      await gateway.database.query<{ id: string; name: string }>(`select id, external_id as name from registry_record`)
    ).map(({ id, name }) => [name, id]),
  );
  expect(await refusedOf(records(({ uin }) => ids.get(uin) ?? ''))).toBe(0);
}, 60_000);

test('PostgreSQL, live', async () => {
  expect(await refusedOf(await apply('people', 'postgres', 'live'))).toBeGreaterThan(10);
}, 60_000);

test('PostgreSQL, mirrored', async () => {
  expect(await refusedOf(await apply('people', 'postgres', 'mirror'))).toBe(0);
  await remove('people');
}, 60_000);

(hasMariadb() ? describe : describe.skip)('MariaDB', () => {
  test('live', async () => {
    expect(await refusedOf(await apply('others', 'mariadb', 'live'))).toBeGreaterThan(10);
  }, 60_000);

  test('mirrored', async () => {
    expect(await refusedOf(await apply('others', 'mariadb', 'mirror'))).toBe(0);
    await remove('others');
  }, 60_000);
});

interface Question {
  criteria: Criteria;
  rowFilter: Criteria | undefined;
  withConsent: boolean;
  sort: SortKey[];
  size: number;
}

/** Whatever is asked; most of it in a way that a live source can be asked. */
function questions(all: LoadedRecord[]): fc.Arbitrary<Question> {
  const any = criteriaOver([...attributes.values()], all);
  const identifier = fc
    .constantFrom(...all.flatMap(({ identifiers }) => identifiers))
    .map((one): Criteria => ({ identifier: one }));
  const surname = fc
    .constantFrom(...SURNAMES)
    .map((value): Criteria => ({ attribute: 'name.surname', operator: 'eq', value }));
  const born = fc
    .constantFrom('1980', '1982-03', '1983-01-01')
    .chain((value) =>
      fc
        .constantFrom('gte' as const, 'lt' as const, 'eq' as const)
        .map((operator): Criteria => ({ attribute: 'birth_date', operator, value })),
    );
  const sex = fc
    .constantFrom('male', 'female', 'unknown')
    .map((value): Criteria => ({ attribute: 'sex', operator: 'eq', value }));
  const narrow = fc.oneof(identifier, surname, born, sex);
  const named = fc.array(identifier, { minLength: 1, maxLength: 4 }).map((or): Criteria => ({ or }));
  const also = (first: fc.Arbitrary<Criteria>) => fc.tuple(first, any).map((and): Criteria => ({ and }));
  const order = fc.constantFrom('name.surname', 'birth_date', 'sex', 'phone_number');
  return fc.record({
    criteria: fc.oneof(any, narrow, named, also(narrow), also(named)),
    rowFilter: fc.option(fc.oneof(sex, born, any), { nil: undefined, freq: 2 }),
    withConsent: fc.boolean(),
    sort: fc.uniqueArray(fc.record({ attribute: order, order: fc.constantFrom('asc' as const, 'desc' as const) }), {
      maxLength: 2,
      selector: ({ attribute }) => attribute,
    }),
    size: fc.integer({ min: 1, max: 30 }),
  });
}

/** How many questions were refused, by the one reason that there may be; all others agree. */
async function refusedOf(all: LoadedRecord[]): Promise<number> {
  const seen = { answered: 0, some: 0, refused: 0 };
  const property = fc.asyncProperty(questions(all), async (question) => {
    const expected = oracle(all, question);
    const given = await answer(question).catch((error: unknown) => {
      if (error instanceof ItemRejected && error.code === 'rjct.search_criteria.invalid') return undefined;
      throw error;
    });
    if (given === undefined) {
      seen.refused++;
      return;
    }
    expect(given).toEqual({ total: expected.length, records: expected.map(({ id, data }) => ({ id, data })) });
    seen.answered++;
    seen.some += expected.length > 0 && expected.length < all.length ? 1 : 0;
  });
  await fc.assert(property, { numRuns: 200 });
  expect(seen.some).toBeGreaterThan(30);
  return seen.refused;
}

/** All pages, and each with the same total. */
async function answer({ criteria, rowFilter, withConsent, sort, size }: Question) {
  const paths = new Set([...attributesIn(criteria), ...sort.map(({ attribute }) => attribute)]);
  const consent: ConsentScope = { senderId, organizationKind: null, purpose: undefined, attributes: [...paths] };
  const query: SourceQuery = {
    definition,
    recordType: 'SRPerson',
    criteria,
    sort,
    page: { size, number: 1 },
    ...(rowFilter && { rowFilter }),
    ...(withConsent && { consent }),
  };
  const found = { total: -1, records: [] as { id: string; data: unknown }[] };
  for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
    const page = { size, number: 1, ...(cursor === undefined ? {} : { cursor }) };
    const { records: some, totalCount, nextCursor } = await gateway.services.source.search({ ...query, page });
    if (!first) expect(totalCount).toBe(found.total);
    found.total = totalCount;
    found.records.push(...some.map(({ id, data }) => ({ id, data })));
    cursor = nextCursor;
  }
  return found;
}

function oracle(all: LoadedRecord[], { criteria, rowFilter, withConsent, sort }: Question): LoadedRecord[] {
  const asked = [...attributesIn(criteria), ...sort.map(({ attribute }) => attribute)];
  const consented = (record: LoadedRecord): boolean => {
    const fields = consentOf(record);
    return (
      fields !== undefined &&
      asked.every((path) => fields.some((one) => one === '*' || path === one || path.startsWith(`${one}.`)))
    );
  };
  return all
    .filter((record) => matches(criteria, record, attributes))
    .filter((record) => rowFilter === undefined || matches(rowFilter, record, attributes))
    .filter((record) => !withConsent || consented(record))
    .toSorted((a, b) => {
      for (const { attribute, order } of sort) {
        const [one, other] = [a, b].map(({ data }) => valuesAt(data, attribute)[0] as string | undefined);
        if (one === other) continue;
        if (one === undefined) return 1;
        if (other === undefined) return -1;
        return Buffer.compare(Buffer.from(one), Buffer.from(other)) * (order === 'desc' ? -1 : 1);
      }
      return a.id < b.id ? -1 : 1;
    });
}
