/** Registries as they are found: keys that only we tell apart, roles that may read a part, servers that fall silent or are locked. */
import { sql } from 'kysely';
import { createConnection } from 'mysql2/promise';
import { Client } from 'pg';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { checkSource } from '../../../src/sources/outside/check-source.js';
import { openSource, type OpenSource } from '../../../src/sources/outside/source-connections.js';
import { openSourceDatabase } from '../../../src/sources/outside/source-database.js';
import { readSourceFile } from '../../../src/sources/outside/source-file.js';
import type { SourceFile } from '../../../src/sources/outside/source-file.schema.js';
import type { Key } from '../../../src/sources/outside/source-reader.js';
import { touchedKeys } from '../../../src/sources/outside/watermark.js';
import { hasMariadb, startMariadb, type MariadbServer } from '../../support/mariadb.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';

const registries = createRegistries();

function fileOf(kind: string, entry: string, more = ''): SourceFile {
  const yaml = `version: 1
source: { name: field, kind: ${kind}, url: "\${FIELD_DATABASE_URL}", statement_timeout: 1s }
${more}
records: [{ registry: SOCIAL, type: SRPerson, ${entry} }]`;
  const { file, errors } = readSourceFile(yaml, registries);
  if (file === undefined) throw new Error(JSON.stringify(errors));
  return file;
}

const open = (file: SourceFile, url: string): OpenSource => openSource(file, { FIELD_DATABASE_URL: url }, registries);

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
