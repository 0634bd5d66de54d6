/** The record of processing names every table that holds something of a person, and no other. */
import { readFileSync } from 'node:fs';
import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

const ROOT = new URL('../../', import.meta.url);

/** Settings, proofs, counters, numbers and ids of ours: nothing in them leads to a person, who made them aside. */
const WITHOUT_PERSONS = new Set(
  `
  accepted_request agreement consent_controller data_key endpoint_rest ended_oidc_session file_import gateway_state
  mikro_orm_migrations outbox_event revoked_consent searched_layout seen_logout_token sender_key sender_outbound server_key
  source source_record_type source_subscription subscription_told traffic_minute used_assertion write_check
`
    .trim()
    .split(/\s+/),
);

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
}, 60_000);
afterAll(() => database?.drop());

async function tables(): Promise<string[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `select relname as name from pg_class
       where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition`,
    );
    return rows.map(({ name }) => name.replace(/^searched_record_\d+$/, 'searched_record_…'));
  } finally {
    await client.end();
  }
}

test('every table stands in the record of processing, or holds nothing of a person', async () => {
  const page = readFileSync(new URL('docs/privacy/record-of-processing.md', ROOT), 'utf8');
  const [, where = ''] = /^\| Where \|(.*?)^## /ms.exec(page) ?? [];
  const columns = where.split('\n').map((line) => line.split('|')[1] ?? '');
  const told = columns.flatMap((cell) => [...cell.matchAll(/`([a-z_…]+)`/g)].map(([, name = '']) => name));
  const named = new Set(told.filter((name) => name !== '_by'));
  const made = new Set(await tables());
  expect(made.size).toBeGreaterThan(40);
  expect([...made].filter((name) => !named.has(name) && !WITHOUT_PERSONS.has(name))).toEqual([]);
  expect([...named, ...WITHOUT_PERSONS].filter((name) => !made.has(name) && name !== 'searched_record_…')).toEqual([]);
  expect([...named].filter((name) => WITHOUT_PERSONS.has(name))).toEqual([]);
});
