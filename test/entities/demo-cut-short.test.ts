/** A start that was killed while it loaded the demo registries is made good by the next one. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Database } from '../../src/entities/database/database.js';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { startTestGateway } from '../support/gateway.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

let postgres: TestDatabase;
let database: Database;
let dataDir: string;

beforeAll(async () => {
  postgres = await createTestDatabase();
  database = await connectDatabase(postgres.url, { poolSize: 2 });
  dataDir = await mkdtemp(join(tmpdir(), 'dci-demo-'));
});
afterAll(async () => {
  await database?.close();
  await postgres?.drop();
  await rm(dataDir, { recursive: true, force: true });
});

const boot = async () =>
  (await startTestGateway({ databaseUrl: postgres.url, env: { SEED: 'demo', DATA_DIR: dataDir } })).close();
const count = async (table: string) =>
  (await database.query<{ n: number }>(`select count(*)::int as n from ${table}`))[0]?.n ?? 0;

test('what was cut short goes on, what was finished is left as it is', async () => {
  await boot();
  const [records, senders] = [await count('registry_record'), await count('sender')];
  expect(records).toBeGreaterThan(1500);
  const cut = `with gone as (select id from registry_record order by id desc limit 700), names as (
    delete from record_identifier where record_id in (select id from gone))
    delete from registry_record where id in (select id from gone)`;
  await database.query(cut);
  await boot();
  expect(await count('registry_record')).toBe(records - 700);
  await database.query(`update gateway_state set value = '"loading"' where key = 'demo'`);
  await boot();
  expect([await count('registry_record'), await count('sender')]).toEqual([records, senders]);
}, 60_000);
