/** Whose a consent is while its number moves between records, as the database itself keeps it. */
import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import type { Sql } from '../../src/entities/database/database.js';
import { isStillTheirsLive } from '../../src/entities/agreements/shown-consent.repository.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let sql: Client;
beforeAll(async () => {
  database = await createTestDatabase();
  sql = new Client({ connectionString: database.url });
  await sql.connect();
});
afterAll(async () => {
  await sql?.end();
  await database?.drop();
});

const give = (id: string, number: string) =>
  sql.query(`insert into record_identifier values ($1, 'SOCIAL', 'SRPerson', 'UIN', $2)`, [id, number]);
const take = (id: string) => sql.query('delete from record_identifier where record_id = $1', [id]);
/** @param origin the source whose copy it is */
async function record(number: string, origin = ''): Promise<string> {
  const id = randomUUID();
  await sql.query(
    `insert into registry_record (id, registry, record_type, data, origin) values ($1, 'SOCIAL', 'SRPerson', '{}', $2)`,
    [id, origin],
  );
  await give(id, number);
  return id;
}
const consent = (number: string) =>
  sql.query(
    `insert into consent (id, registry, identifier_type, identifier_value, sender_id, fields, valid_from, granted_by)
     values (gen_random_uuid(), 'SOCIAL', 'UIN', $1, 'x', '{*}', now(), 'me')`,
    [number],
  );
const isPassed = async (number: string): Promise<boolean> =>
  (await sql.query(`select number_passed_at is not null as passed from consent where identifier_value = $1`, [number]))
    .rows[0].passed;

test('the copy of a source that takes the place of our own record is its person’s, and no other copy is', async () => {
  await record('n');
  await consent('n');
  await sql.query(`insert into source (name, id, yaml, kind, mode, state, applied_at, due_at)
    values ('s', gen_random_uuid(), '', 'postgres', 'MIRROR', 'RUNNING', now(), now())`);
  await sql.query(`insert into source_record_type values ('SOCIAL', 'SRPerson', 's')`);
  const copy = await record('n', 's');
  expect(await isPassed('n')).toBe(false);
  const another = await record('n', 's');
  expect(await isPassed('n')).toBe(false);
  // Our own record, which is served no more, has the number for good.
  await take(copy);
  expect(await isPassed('n')).toBe(true);
  await give(copy, 'n');
  await take(another);
  expect(await isPassed('n')).toBe(false);
});

test('one that was given beside a change that was not committed yet is of whoever had the number', async () => {
  const holder = await record('m', 's');
  await consent('m');
  await sql.query(`update consent set given_for = null where identifier_value = 'm'`);
  await take(holder);
  await record('m', 's');
  expect(await isPassed('m')).toBe(true);
});

test('one that a message brought is of the row of a live source that had its number first, and of another source anew', async () => {
  const asked: Pick<Sql, 'query'> = {
    query: async <Row>(text: string, values?: unknown[]) => (await sql.query(text, values)).rows as Row[],
  };
  const controllerId = randomUUID();
  await sql.query(
    `insert into consent_controller (id, name, issuer, jwks, jwks_fetched_at, registries, created_by, created_at)
     values ($1, 'c', 'c', '{}', now(), '{CRVS}', 'me', now())`,
    [controllerId],
  );
  await sql.query(`insert into shown_consent (controller_id, jti, digest, shown_at) values ($1, 'j', '', now())`, [
    controllerId,
  ]);
  const serve = async (source: string) => {
    await sql.query(
      `insert into source (name, id, yaml, kind, mode, state, applied_at, due_at)
       values ($1, gen_random_uuid(), '', 'postgres', 'LIVE', 'RUNNING', now(), now())`,
      [source],
    );
    await sql.query(`delete from source_record_type where registry = 'CRVS'`);
    await sql.query(`insert into source_record_type values ('CRVS', 'Person', $1)`, [source]);
  };
  const isTheirs = (...recordIds: string[]) =>
    isStillTheirsLive(asked as Sql, { controllerId, jti: 'j' }, 'CRVS', { recordType: 'Person', recordIds });
  await serve('one');
  expect([await isTheirs(), await isTheirs('a'), await isTheirs('b'), await isTheirs('b', 'a')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  await serve('two');
  expect([await isTheirs('b'), await isTheirs('a')]).toEqual([true, false]);
});
