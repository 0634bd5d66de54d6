/** Whoever keeps the records, the same random questions get the same answers: an oracle in memory knows them. */
import * as fc from 'fast-check';
import { sql } from 'kysely';
import { Client } from 'pg';
import { loadRecords } from '../../src/entities/records/record.repository.js';
import type { Criteria } from '../../src/protocol/query/criteria.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { isoTime } from '../../src/sources/outside/local-time.js';
import { sourceRecordId } from '../../src/sources/outside/record-id.js';
import { openSourceDatabase } from '../../src/sources/outside/source-database.js';
import { record as mappingForm, type RecordMapping } from '../../src/sources/outside/source-file.schema.js';
import { SourceReader } from '../../src/sources/outside/source-reader.js';
import { keyOf, keyText, type Key } from '../../src/sources/outside/source-row.js';
import { giveConsent } from '../support/consent.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { hasMariadb, startMariadb, type MariadbServer } from '../support/mariadb.js';
import { createPartner } from '../support/partner.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { clientAddress, trust } from '../support/upstream.js';
import { until } from '../support/until.js';
import * as questions from './questions.js';
import type { LoadedRecord } from './registry-database.js';

const definition = createRegistries().byName('SOCIAL')!;
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

/** How many questions were refused, by the one reason that there may be; all others agree. */
const refusedOf = (all: LoadedRecord[], numRuns = 200): Promise<number> =>
  questions.refusedOf({
    gateway,
    definition,
    recordType: 'SRPerson',
    records: all,
    narrow: [surname, born, sex],
    sorts: ['name.surname', 'birth_date', 'sex', 'phone_number'],
    consent: { senderId, fieldsOf: consentOf },
    numRuns,
  });

let gateway: TestGateway;
let other: TestGateway;
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
  other = await startTestGateway({ env: { SERVER_ID: 'other' } });
  const address = await clientAddress(other, 'dci-gateway', { fields: ['*'] });
  gateway = await startTestGateway({
    env: {
      POSTGRES_DATABASE_URL: postgres.url,
      OTHER_DCI_URL: address,
      ...(mariadb && { MARIADB_DATABASE_URL: mariadb.url('people') }),
    },
  });
  await trust(other, 'dci-gateway', gateway);
  ({ senderId } = await createPartner(gateway));
  for (const record of records(({ uin }) => uin)) {
    const fields = consentOf(record);
    if (fields !== undefined) await giveConsent(gateway, { uin: record.externalId ?? '', senderId, fields });
  }
}, 120_000);
afterAll(async () => {
  await gateway?.close();
  await other?.close();
  await postgres?.drop();
  await mariadb?.close();
});

const apply = async (name: string, kind: string, mode: 'live' | 'mirror'): Promise<LoadedRecord[]> => {
  await applied(yaml(name, kind, mode));
  return records(({ key }) => sourceRecordId(name, 'SRPerson', [String(key)]));
};

async function applied(file: string): Promise<void> {
  await gateway.admin('mutation ($yaml: String!) { applySource(yaml: $yaml) { name } }', { yaml: file });
  const state = async () =>
    (await gateway.admin<{ sources: { state: string; lastError: string }[] }>('{ sources { state lastError } }'))
      .sources[0];
  await until(async () => (await state())?.state === 'RUNNING', { seen: state });
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

test('another DCI server', async () => {
  await loadRecords(
    other.database,
    records(({ uin }) => uin).map((record) => ({ ...record, id: undefined, registry: 'SOCIAL' as const })),
  );
  await applied(`version: 1
source: { name: other, kind: dci, url: "\${OTHER_DCI_URL}", mode: live }
records:
  - registry: SOCIAL
    type: SRPerson
    search:
      name.surname: { column: name.surname }
      sex: { column: sex, ops: [eq, in] }
      birth_date: { column: birth_date, ops: [eq, ge, le] }
`);
  const idOf = ({ uin }: Row) => sourceRecordId('other', 'SRPerson', [JSON.stringify(['UIN', uin])]);
  // Each question is a signed message there, or several.
  expect(await refusedOf(records(idOf), 60)).toBeGreaterThan(3);
  await remove('other');
}, 120_000);

(hasMariadb() ? describe : describe.skip)('MariaDB', () => {
  test('live', async () => {
    expect(await refusedOf(await apply('others', 'mariadb', 'live'))).toBeGreaterThan(10);
  }, 60_000);

  test('mirrored', async () => {
    expect(await refusedOf(await apply('others', 'mariadb', 'mirror'))).toBe(0);
    await remove('others');
  }, 60_000);

  test('keys and values of every kind arrive as they are, and lead back to their rows', async () => {
    await mariadb?.run(
      `set sql_mode = ''; set time_zone = '+00:00';
       create table number_key (id decimal(20, 0) primary key);
       insert into number_key values (12345678901234567), (12345678901234568), (12345678901234569);
       create table byte_key (id binary(16) primary key);
       insert into byte_key values (x'ff00112233445566778899aabbccddee'), (x'fe00112233445566778899aabbccddee'), (x'80');
       create table word_key (id varchar(9) character set latin1 primary key);
       insert into word_key values ('abc'), ('B'), ('é');
       create table part (word varchar(9), value varchar(9));
       insert into part values ('ABC', 'one'), ('abc ', 'two'), ('é', 'three');
       create table sort (id int, summer timestamp null, winter timestamp null, local datetime, bits bit(16), doc json,
         big bigint unsigned, raw varbinary(9));
       insert into sort values (1, '2024-07-01 12:00', '2024-01-01 12:00', '2024-07-01 12:00', 0x1ff, '{"a": 1.10}',
         18446744073709551615, 'text')`,
      'people',
    );
    const session = { kind: 'mariadb', time_zone: 'Europe/Paris', statement_timeout: 5000, pool: 2 } as const;
    const database = openSourceDatabase(session, mariadb?.url('people') ?? '');
    await using opened = new AsyncDisposableStack();
    opened.defer(() => database.close());
    const reader = new SourceReader(database);
    for (const from of ['number_key', 'byte_key', 'word_key']) {
      const mapping: RecordMapping = mappingForm.parse({ registry: 'SOCIAL', type: 'SRPerson', from, key: 'id' });
      const paged: Key[] = [];
      while (paged.length < 3)
        paged.push(...(await reader.page(mapping, paged.at(-1), 1)).rows.map((row) => keyOf(row, ['id'])));
      expect(new Set(paged.flat()).size).toBe(3);
      expect((await reader.byKeys(mapping, paged.slice(0, 2))).map((row) => [row['id']])).toEqual(paged.slice(0, 2));
    }
    const part = { from: 'part', parent: ['word'], key: [], order: 'value', fields: {}, constants: {}, lists: {} };
    const parts = await reader.children(
      { ...part, value: { column: 'value', codes: undefined, otherwise: undefined } },
      [['abc'], ['B'], ['é']],
    );
    expect(['abc', 'B', 'é'].map((key) => parts.get(keyText([key]))?.map(({ value }) => value) ?? [])).toEqual([
      ['one', 'two'],
      [],
      ['three'],
    ]);
    const [row = {}] = await database.query(sql`select * from sort`);
    expect([row['summer'], row['winter'], row['local']].map((time) => isoTime(time ?? '', 'Europe/Paris'))).toEqual([
      '2024-07-01T12:00:00Z',
      '2024-01-01T12:00:00Z',
      '2024-07-01T10:00:00Z',
    ]);
    expect(row).toMatchObject({ bits: '511', doc: '{"a": 1.10}', big: '18446744073709551615', raw: 'text' });
    // What the column's character set cannot hold is nobody's.
    expect(await database.find(sql`select id from word_key where id = ${'😀'}`)).toEqual([]);
  }, 60_000);
});
