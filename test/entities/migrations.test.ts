/** Migrations run in the order of their names, and a database that was made before the baseline goes on from it. */
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Client } from 'pg';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { migrate } from '../../src/entities/schema/migrate.js';
import { ofMigration } from '../../src/entities/schema/migration-failed.js';
import { describeFailure } from '../../src/cli/failure.js';
import { MIGRATIONS } from '../../src/entities/migrations/migrations.js';
import { startTestGateway } from '../support/gateway.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

const NAMES = MIGRATIONS.map(({ name }) => name);
/** The key under which the gateway of that day sealed what the dump holds. */
const FORMER_MASTER_KEY = Buffer.alloc(32, 'k').toString('base64');

let former: TestDatabase;
let fresh: TestDatabase;
beforeEach(async () => {
  former = await createTestDatabase({ template: false });
  fresh = await createTestDatabase();
  const dump = await readFile(new URL('1a325b2.sql.gz', import.meta.url));
  await run(former.url, (await promisify(gunzip)(dump)).toString());
});
afterEach(async () => {
  await former?.drop();
  await fresh?.drop();
});

async function run<Row extends object>(url: string, statement: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(statement)).rows;
  } finally {
    await client.end();
  }
}

const noted = async (url: string) =>
  (await run<{ name: string }>(url, 'select name from mikro_orm_migrations order by id')).map(({ name }) => name);

test('names sort in the order of running, and are those of the files', async () => {
  expect(NAMES).toEqual(NAMES.toSorted());
  const files = await readdir(new URL('../../src/entities/migrations/', import.meta.url));
  const migrations = files.filter((file) => file.endsWith('.migration.ts'));
  expect(migrations.map((file) => file.replace('.migration.ts', '')).toSorted()).toEqual(NAMES);
});

test('a gateway starts on a database of the versions before the baseline, and keeps what it holds', async () => {
  const gateway = await startTestGateway({ databaseUrl: former.url, env: { MASTER_KEY: FORMER_MASTER_KEY } });
  try {
    const { records, transactions } = await gateway.admin<{
      records: { nodes: { data: object }[] };
      transactions: { nodes: { operation: string; requestData: object | null }[] };
    }>(`{
      records(registry: CRVS) { nodes { data } }
      transactions { nodes { operation requestData(reason: "after the move") } }
    }`);
    expect(records.nodes).not.toEqual([]);
    expect(transactions.nodes).toMatchObject([{ operation: 'SEARCH', requestData: { header: { action: 'search' } } }]);
  } finally {
    await gateway.close();
  }
  expect((await noted(former.url)).toSorted()).toEqual(NAMES);
  for (const facts of SCHEMA) expect(await run(former.url, facts)).toEqual(await run(fresh.url, facts));
});

test('a second start changes nothing', async () => {
  await migrate(former.url);
  const before = await noted(former.url);
  await migrate(former.url);
  expect(await noted(former.url)).toEqual(before);
});

test('behind a reader that takes its time (a backup) it gives up soon, says who it is, and holds up nobody, whatever a statement may take there', async () => {
  await run(former.url, `alter database ${new URL(former.url).pathname.slice(1)} set statement_timeout = '1s'`);
  const backup = new Client({ connectionString: former.url, application_name: 'nightly backup' });
  await backup.connect();
  const { rows } = await backup.query<{ pid: number }>('select pg_backend_pid() as pid');
  await backup.query('begin');
  await backup.query('lock table sender, delivery in access share mode');
  const session = `session ${rows[0]?.pid} (nightly backup)`;
  try {
    await expect(migrate(former.url, new Date(), { patienceMs: 0 })).rejects.toThrow(
      `${session} has a transaction open on tables that are to be changed: wait until it ends`,
    );
    expect(await noted(former.url)).not.toContain(NAMES.at(-1));
    expect(await run(former.url, 'select 1 from pg_locks where not granted')).toEqual([]);
  } finally {
    await backup.end();
  }
  await migrate(former.url, new Date(), { patienceMs: 0 });
  expect((await noted(former.url)).toSorted()).toEqual(NAMES);
});

test('one that fails is told by its name, with what PostgreSQL says of objects and not of rows, and changes nothing', async () => {
  await run(former.url, 'create table former_identifier ()');
  const failed: unknown = await migrate(former.url).catch((error: unknown) => error);
  const told =
    /^the migration 0131-former-identifiers failed, and nothing was changed: PostgreSQL answers 42P07, .*"former_identifier" already exists. Start the version before again/;
  expect(describeFailure(failed)).toMatchObject({ message: expect.stringMatching(told) });
  expect(await noted(former.url)).not.toContain('0130-programme-numbers');
  const refused = Object.assign(new Error('invalid input syntax for type date: "Amina"'), { code: '22007' });
  expect(String(ofMigration('0131', refused))).not.toContain('Amina');
});

test('what a version left half-way is refused, and stays as it is', async () => {
  await run(former.url, `delete from mikro_orm_migrations where name = 'Told0023'`);
  const before = await noted(former.url);
  await expect(migrate(former.url)).rejects.toThrow(/without Told0023: start that version once more/);
  expect(await noted(former.url)).toEqual(before);
});

test('names between the two are renamed one by one', async () => {
  const database = await connectDatabase(fresh.url, { poolSize: 2 });
  const renamed = MIGRATIONS.filter(({ name }) => name === '0032-text');
  expect(renamed).toHaveLength(1);
  try {
    await database.query(`update mikro_orm_migrations set name = 'Text0032' where name = '0032-text'`);
    await migrate(fresh.url);
  } finally {
    await database.close();
  }
  expect(await noted(fresh.url)).toEqual(NAMES);
});

// Without partitions, which each month makes, the tables of the job store, and what definitions make.
const SCHEMA = [
  `select table_name, column_name, ordinal_position, column_default, is_nullable, data_type
   from information_schema.columns where table_schema = 'public' and table_name !~ '_\\d{4}_\\d\\d$|^agenda_|^searched_record_'
   order by table_name, ordinal_position`,
  `select indexdef from pg_indexes
   where schemaname = 'public' and tablename !~ '_\\d{4}_\\d\\d$|^agenda_|^searched_record_' order by indexdef`,
  `select conrelid::regclass::text as of, conname, pg_get_constraintdef(oid) as def from pg_constraint
   where connamespace = 'public'::regnamespace and conrelid::regclass::text !~ '_\\d{4}_\\d\\d$|^agenda_|^searched_record_'
   order by 1, 2, 3`,
  `select tgrelid::regclass::text as of, tgname, tgenabled from pg_trigger
   where not tgisinternal and tgrelid::regclass::text !~ '_\\d{4}_\\d\\d$|^agenda_|^searched_record_' order by 1, 2`,
  `select proname, regexp_replace(prosrc, '\\s+', ' ', 'g') as source from pg_proc
   where pronamespace = 'public'::regnamespace and proname !~ 'agenda|^keep_searched_records$' order by 1, 2`,
];
