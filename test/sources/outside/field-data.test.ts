/** Registries as they are found: keys that only we tell apart, roles that may read a part, servers that fall silent or are locked. */
import { sql } from 'kysely';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import type { Criteria } from '../../../src/protocol/query/criteria.js';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { LiveSource } from '../../../src/sources/outside/live-source.js';
import type { SourceRecord } from '../../../src/sources/registry-source.js';
import { checkSource } from '../../../src/sources/outside/check-source.js';
import { openSource, type OpenSource } from '../../../src/sources/outside/source-connections.js';
import { isoTime } from '../../../src/sources/outside/local-time.js';
import { openSourceDatabase } from '../../../src/sources/outside/source-database.js';
import { readSourceFile } from '../../../src/sources/outside/source-file.js';
import type { SourceFile } from '../../../src/sources/outside/source-file.schema.js';
import type { Key } from '../../../src/sources/outside/source-row.js';
import { touchedKeys } from '../../../src/sources/outside/watermark.js';
import { hasMariadb, startMariadb, type MariadbServer } from '../../support/mariadb.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';

const registries = createRegistries();

function fileOf(kind: string, entry: string, more = '', type = 'SRPerson'): SourceFile {
  const yaml = `version: 1
source: { name: field, kind: ${kind}, url: "\${FIELD_DATABASE_URL}", statement_timeout: 1s }
${more}
records: [{ registry: SOCIAL, type: ${type}, ${entry} }]`;
  const { file, errors } = readSourceFile(yaml, registries);
  if (file === undefined) throw new Error(JSON.stringify(errors));
  return file;
}

const open = (file: SourceFile, url: string): OpenSource => openSource(file, { FIELD_DATABASE_URL: url }, registries);

/** Candidates of a question, as a live source gives them. */
async function candidatesOf(source: OpenSource, recordType: string, criteria: Criteria): Promise<SourceRecord[]> {
  const asked = { definition: registries.byName('SOCIAL')!, recordType, sort: [], criteria };
  return (await new LiveSource(source).search({ ...asked, page: { size: 10, number: 1 } })).records;
}

/** Those of whom a column says that they are so, and those of whom it says that they are not. */
async function toldApart(kind: string, table: string, url: string): Promise<string[]> {
  const search = 'search: { place_address: { column: flag } }';
  const source = open(
    fileOf(kind, `from: ${table}, key: k, fields: { place_address: flag, group_size: k }, ${search}`, '', 'Group'),
    url,
  );
  const of = async (value: boolean) => {
    const found = await candidatesOf(source, 'Group', { attribute: 'place_address', operator: 'eq', value });
    return found.filter(({ data }) => data['place_address'] === value).map(({ data }) => data['group_size']);
  };
  try {
    return [`true ${(await of(true)).join()}`, `false ${(await of(false)).join()}`];
  } finally {
    await source.reader.database.close();
  }
}

async function pagesOf({ reader, file }: OpenSource, size: number): Promise<string[]> {
  const keys: string[] = [];
  for (let after: Key | undefined, first = true; first || after !== undefined; first = false) {
    const { rows, next } = await reader.page(file.records[0]!, after, size);
    keys.push(...rows.map((row) => row['k'] ?? ''));
    after = next;
  }
  return keys;
}

(hasMariadb() ? describe : describe.skip)('MariaDB', () => {
  let server: MariadbServer;
  beforeAll(async () => {
    server = await startMariadb();
    await server.run(`create database field; use field;
      create table letters (k varchar(9) character set utf8mb4 collate utf8mb4_general_ci, name varchar(9), key (k));
      insert into letters values ('a', 'one'), ('A', 'two'), ('b', 'three'), ('B', 'four'), ('é', 'five'), ('e', 'six'),
        ('E', 'seven'), ('e ', 'eight'), ('f', 'nine'), ('1', 'ten'), ('01', 'eleven');
      create user some@'127.0.0.1' identified by 'secret'; grant select (k, name) on letters to some@'127.0.0.1'`);
  }, 60_000);
  afterAll(() => server?.close());

  test('keys that are one by its collation are all read, wherever a page ends', async () => {
    const source = open(
      fileOf('mariadb', 'from: letters, key: k, fields: { name.surname: name }'),
      server.url('field'),
    );
    try {
      for (const size of [1, 2, 3, 4, 20])
        expect((await pagesOf(source, size)).toSorted()).toEqual(
          ['a', 'A', 'b', 'B', 'é', 'e', 'E', 'e ', 'f', '1', '01'].toSorted(),
        );
    } finally {
      await source.reader.database.close();
    }
  });

  test('a day is the day that it was written as, whatever the clocks show today; zeros in it are what nobody knows', async () => {
    await server.run(
      `set sql_mode = ''; set time_zone = '+00:00';
       create table born (k int primary key, day date, moment timestamp null, year year);
       insert into born values (1, '0000-00-00', '2024-01-14 23:00', 1985), (2, '1985-00-00', '2024-06-30 22:00', 0),
         (3, '1985-05-00', null, null), (4, '0000-05-20', '0000-00-00', null)`,
      'field',
    );
    const dates = 'birth_date: day, registration_date: moment, last_updated: year, name.surname: k';
    const file = fileOf('mariadb', `from: born, key: k, fields: { ${dates} }`);
    file.source.time_zone = 'Europe/Paris';
    const { reader, mapper } = open(file, server.url('field'));
    try {
      const records = await mapper.map(file.records[0]!, (await reader.page(file.records[0]!, undefined, 10)).rows);
      const read = ({ data }: (typeof records)[number]) => [data['birth_date'], data['registration_date']];
      expect(records.map(({ state }) => state)).toEqual(Array(4).fill('SERVED'));
      expect(records.map(read)).toEqual([
        [undefined, '2024-01-15'],
        ['1985', '2024-07-01'],
        ['1985-05', undefined],
        [undefined, undefined],
      ]);
      expect(records.map(({ data }) => data['last_updated'])).toEqual(['1985', undefined, undefined, undefined]);
    } finally {
      await reader.database.close();
    }
  });

  test.each(['boolean', 'bit(1)', 'varchar(5)'])('true and false are told apart in a column %s', async (type) => {
    await server.run(
      `create or replace table told (k int primary key, flag ${type});
       insert into told values (1, ${type === 'bit(1)' ? "b'1'" : '1'}), (2, ${type === 'bit(1)' ? "b'0'" : '0'}), (3, null)`,
      'field',
    );
    expect(await toldApart('mariadb', 'told', server.url('field'))).toEqual(['true 1', 'false 2']);
  });

  test('whose key is spelled alike is somebody else where both are there, and the same where only one is', async () => {
    await server.run(
      `create table pupil (k varchar(9) collate utf8mb4_bin primary key, name varchar(9));
       create table call_at (pupil varchar(9) collate utf8mb4_general_ci, phone varchar(9));
       insert into pupil values ('aB', 'One'), ('Ab', 'Two'), ('c', 'Three');
       insert into call_at values ('aB', '+880100'), ('Ab', '+880200'), ('C ', '+880300'), ('C ', '+880290')`,
      'field',
    );
    const phones = 'lists: { phone_number: { from: call_at, parent: pupil, value: phone } }';
    const source = open(
      fileOf('mariadb', `from: pupil, key: k, fields: { name.surname: name }, ${phones}`),
      server.url('field'),
    );
    const { reader, mapper, file } = source;
    const mapping = file.records[0]!;
    const told = async (...keys: string[]) =>
      (
        await mapper.map(
          mapping,
          await reader.byKeys(
            mapping,
            keys.map((key) => [key]),
          ),
        )
      ).map(({ key: [key], data }) => `${key} ${String(data['phone_number'])}`);
    try {
      expect(await told('aB')).toEqual(['aB +880100']);
      // Of a list that has neither a key nor an order, too, rows come in the same one each time.
      expect((await told('Ab', 'c')).toSorted()).toEqual(['Ab +880200', 'c +880290,+880300']);
      expect((await told('aB', 'Ab', 'c')).toSorted()).toEqual(['Ab +880200', 'aB +880100', 'c +880290,+880300']);
    } finally {
      await reader.database.close();
    }
  });

  test('a server that falls silent is given up, and asked anew', async () => {
    const url = new URL(server.url('field'));
    const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
    url.port = String(proxy.port);
    const session = { kind: 'mariadb', time_zone: 'UTC', statement_timeout: 500, pool: 1 } as const;
    const database = openSourceDatabase(session, url.href);
    try {
      const ask = () => database.query(sql`select 1 as one`);
      expect(await ask()).toEqual([{ one: '1' }]);
      proxy.silence();
      await expect(ask()).rejects.toThrow('the source answers ETIMEDOUT: no answer came within 5.5 seconds');
      proxy.speak();
      expect(await ask()).toEqual([{ one: '1' }]);
    } finally {
      await database.close();
      await proxy.close();
    }
  }, 30_000);

  test('a session that the server does not prepare is told of each time, and takes no place for good', async () => {
    // Beyond what MariaDB has: +14:00.
    const session = {
      kind: 'mariadb',
      time_zone: 'Pacific/Kiritimati',
      statement_timeout: 500,
      pool: 1,
    } as const;
    const database = openSourceDatabase(session, server.url('field'));
    try {
      for (let n = 0; n < 3; n++)
        await expect(database.query(sql`select 1 as one`)).rejects.toThrow('ER_UNKNOWN_TIME_ZONE');
    } finally {
      await database.close();
    }
  });

  test('a table that is locked, and what the file names and is not there, are told with their entry', async () => {
    const source = open(
      fileOf('mariadb', 'from: letters, key: k, fields: { name.surname: name }'),
      server.url('field'),
    );
    const other = await createConnection(server.url('field'));
    try {
      await other.query('lock tables letters write');
      await expect(pagesOf(source, 5)).rejects.toThrow(
        'SRPerson: the source answers ER_STATEMENT_TIMEOUT: Query execution was interrupted (max_statement_time exceeded): look there for a lock',
      );
      await other.query('unlock tables');
      await server.run('alter table letters rename column name to called', 'field');
      await expect(pagesOf(source, 5)).rejects.toThrow(
        "SRPerson: the source answers ER_BAD_FIELD_ERROR: Unknown column 'name' in",
      );
      await server.run('alter table letters rename column called to name', 'field');
      expect(await pagesOf(source, 5)).toHaveLength(11);
    } finally {
      await other.end();
      await source.reader.database.close();
    }
  });

  test('a role that may read the named columns only is enough', async () => {
    const url = new URL(server.url('field'));
    url.username = 'some';
    await server.run('alter table letters add photograph longblob', 'field');
    const asked = (entry: string) =>
      checkSource(fileOf('mariadb', entry), { FIELD_DATABASE_URL: url.href }, registries);
    expect((await asked('from: letters, key: k, fields: { name.surname: name }')).errors).toEqual([]);
    const { errors } = await asked('from: letters, key: k, fields: { name.surname: photograph }');
    expect(errors[0]?.message).toMatch(/ER_COLUMNACCESS_DENIED_ERROR: .*'photograph'.*'letters'/);
  });
});

describe('PostgreSQL', () => {
  let database: TestDatabase;
  let owner: Client;
  beforeAll(async () => {
    database = await createTestDatabase({ template: false });
    owner = new Client({ connectionString: database.url });
    await owner.connect();
    await owner.query(`
      create table person (k int primary key, name text, uin varchar(20), house int, updated_at timestamptz default now());
      insert into person values (1, 'One', '123', 1), (2, 'Two', ' 123', 1), (3, 'Three', '456 ', 1), (4, 'Four', '789', 1);
      create table phone (id int, person int, phone text, updated_at timestamptz default now());
      create table house (house int, name text);
      insert into house values (1, 'House of one')`);
  }, 60_000);
  afterAll(async () => {
    await owner?.end();
    await database?.drop();
  });

  test('whom others may share a number with is not served by it where the source cannot be asked who', async () => {
    const identifiers = 'identifiers: [{ type: UIN, value: uin, ambiguous: refuse }]';
    const { reader, mapper, file } = open(
      fileOf('postgres', `from: person, key: k, fields: { name.surname: name }, ${identifiers}`),
      database.url,
    );
    const told = async () => {
      const records = await mapper.map(file.records[0]!, (await reader.page(file.records[0]!, undefined, 10)).rows);
      return records.map(({ identifiers: of, reason }) => of[0]?.value ?? reason);
    };
    try {
      const reason =
        'identifier UIN is written otherwise than it is asked for, such as with spaces around it, and so uin does not tell who else has it: let the source trim it';
      expect(await told()).toEqual(['123', reason, reason, '789']);
      // Spaces that fill a column count nowhere.
      await owner.query('alter table person alter uin type char(20) using btrim(uin)');
      expect(await told()).toEqual([undefined, undefined, '456', '789']);
    } finally {
      await reader.database.close();
    }
  });

  test('a column that stands twice is nobody’s, and one that is not there is told before there is a row', async () => {
    const joined = 'sql: "select p.*, h.* from person p join house h on h.house = p.house", key: k';
    const check = async (entry: string) =>
      (await checkSource(fileOf('postgres', entry), { FIELD_DATABASE_URL: database.url }, registries)).errors.map(
        ({ message }) => message,
      );
    expect(await check(`${joined}, fields: { name.surname: name }`)).toEqual([
      'SRPerson: the source answers 42702: column reference "name" is ambiguous',
    ]);
    const phone = (column: string) =>
      `from: person, key: k, fields: { name.surname: name }, lists: { phone_number: { from: phone, parent: person, value: ${column} } }`;
    expect(await check(phone('phone'))).toEqual([]);
    expect(await check(phone('number'))).toEqual(['phone: the source answers 42703: column "number" does not exist']);
  });

  test('who is born at midnight there is born on that day, whatever kind of column it stands in', async () => {
    await owner.query(`create table born (k int primary key, day date, at timestamp, moment timestamptz);
      set time zone 'Asia/Dhaka'; insert into born values (1, '1980-01-01', '1980-01-01', '1980-01-01'),
        (2, null, '1980-01-01 06:00', '1980-01-01 06:00')`);
    const dates = 'registration_date: at, birth_date: moment, name.surname: day';
    const file = fileOf('postgres', `from: born, key: k, fields: { ${dates} }`);
    file.source.time_zone = 'Asia/Dhaka';
    const { reader, mapper } = open(file, database.url);
    try {
      const records = await mapper.map(file.records[0]!, (await reader.page(file.records[0]!, undefined, 10)).rows);
      expect(records.map(({ data }) => [data['registration_date'], data['birth_date']])).toEqual([
        ['1980-01-01', '1980-01-01'],
        ['1980-01-01T00:00:00Z', '1980-01-01T00:00:00Z'],
      ]);
    } finally {
      await reader.database.close();
    }
    // A day on which the clocks went forward at midnight begins at one.
    expect(isoTime('2024-04-26 01:00:00+03', 'Africa/Cairo')).toBe('2024-04-26');
    expect(isoTime('2024-04-27 01:00:00+03', 'Africa/Cairo')).toBe('2024-04-26T22:00:00Z');
  });

  test('a text of JSON is served without its quotes, and null is nothing', async () => {
    await owner.query(`create table form_of (k int primary key, doc jsonb);
      insert into form_of values (1, '{"name": "O\\"Brien \\u00e9", "second": null, "phones": ["+88010"], "born": 1985}'), (2, '{}')`);
    const part = (name: string) => `doc->''${name}'' as ${name}`;
    const { reader, mapper, file } = open(
      fileOf(
        'postgres',
        `sql: 'select k, ${['name', 'second', 'phones', 'born'].map(part).join(', ')} from form_of', key: k,
         fields: { name.surname: name, name.given_name: second, phone_number: phones, birth_date: born }`,
      ),
      database.url,
    );
    try {
      const records = await mapper.map(file.records[0]!, (await reader.page(file.records[0]!, undefined, 10)).rows);
      expect(records[0]?.data).toEqual({
        name: { surname: 'O"Brien é' },
        phone_number: ['+88010'],
        birth_date: '1985',
      });
    } finally {
      await reader.database.close();
    }
  });

  test('what a column cannot hold finds nobody, and hides nobody else', async () => {
    await owner.query(`create type standing as enum ('in', 'out');
      create table family (k int primary key, size int, village int, standing standing, number text);
      insert into family values (1, 3, 1985, 'in', 'f1'), (2, 7, 1986, 'in', 'f2'), (3, 9, 1987, 'out', 'f3')`);
    const state = 'state: { column: standing, served: [in, present] }';
    const search = `search: { identifier: SELECT k FROM family WHERE number = :value, group_size: { column: size, ops: [eq, ge, le] }, poverty_score_type: { column: village }, registration_date: { column: village, ops: [eq, ge, le] } }`;
    const file = fileOf(
      'postgres',
      `from: family, key: k, ${state}, fields: { group_size: size, poverty_score_type: village, registration_date: village }, identifiers: [{ type: HOUSEHOLD_ID, value: number }], ${search}`,
      '',
      'Group',
    );
    const source = open(file, database.url);
    const found = async (criteria: Criteria) =>
      (await candidatesOf(source, 'Group', criteria)).map(({ data }) => data['group_size']);
    const size = (operator: 'eq' | 'lte', value: number): Criteria => ({ attribute: 'group_size', operator, value });
    const villages: Criteria = { attribute: 'poverty_score_type', operator: 'in', value: ['North', '1986'] };
    try {
      expect(await found({ identifier: { type: 'HOUSEHOLD_ID', value: 'f1' } })).toEqual([3]);
      expect(await found({ or: [size('eq', 3), villages] })).toEqual([3, 7]);
      expect(
        await found({ and: [size('eq', 3), { attribute: 'poverty_score_type', operator: 'eq', value: 'North' }] }),
      ).toEqual([]);
      expect(await found(size('lte', 99_999_999_999))).toEqual([3, 7]);
      // A year for a day: all are sifted.
      expect(await found({ attribute: 'registration_date', operator: 'eq', value: '1985' })).toEqual([3, 7]);
    } finally {
      await source.reader.database.close();
    }
  });

  test.each(['boolean', 'int', 'bit(1)', 'text'])('true and false are told apart in a column %s', async (type) => {
    await owner.query(`drop table if exists told; create table told (k int primary key, flag ${type});
      insert into told values (1, '1'), (2, '0'), (3, null)`);
    expect(await toldApart('postgres', 'told', database.url)).toEqual(['true 1', 'false 2']);
  });

  test('a table of records that other tables touch is asked for its own changes too', async () => {
    const source = open(
      fileOf(
        'postgres',
        'from: person, key: k, fields: { name.surname: name }, touched_by: { phone: person }',
        'capture: { by: watermark, column: updated_at, overlap: 1s }',
      ),
      database.url,
    );
    const touched = async () =>
      (await touchedKeys(source, source.file.records[0]!, '2030-01-01T00:00:00Z')).flat().toSorted();
    try {
      await owner.query(`update person set updated_at = '2031-01-01' where k = 4`);
      await owner.query(`insert into phone values (1, 2, '+88010001', '2031-01-01')`);
      expect(await touched()).toEqual(['2', '4']);
    } finally {
      await source.reader.database.close();
    }
  });
});
