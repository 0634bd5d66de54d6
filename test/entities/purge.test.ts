import type { Database } from '../../src/entities/database/database.js';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { deleteRemains, purgeDeliveries, purgePayloads } from '../../src/entities/retention/purge.repository.js';
import { forgetsTold } from '../../src/jobs/forget-versions.job.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

const ROWS = 2500;
const id = (series: string) => `(lpad(to_hex(extract(epoch from now())::bigint * 1000 + ${series}), 12, '0')
  || '70008000000000000000')::uuid`;

describe('purging more rows than a batch holds', () => {
  let postgres: TestDatabase;
  let database: Database;
  const tomorrow = new Date(Date.now() + 86_400_000);

  beforeAll(async () => {
    postgres = await createTestDatabase();
    database = await connectDatabase(postgres.url, { poolSize: 2 });
    await database.query(`insert into data_key (id, owner, month, wrapped, legal_hold)
      select md5(owner)::uuid, owner, date_trunc('month', now()), '\\x00', owner = 'held' from unnest(array['held', 'free']) owner`);
    await database.query(`insert into transaction (id, correlation_id, channel, status, content_hash, received_at, request_sealed, data_key_id)
      select ${id('n')}, n, 'SYNC', 'SUCCEEDED', '', now(), 'sealed', md5(case when n % 1000 = 7 then 'held' else 'free' end)::uuid
      from generate_series(1, ${ROWS}) n`);
    await database.query(`insert into delivery (id, kind, action, sender_id, registry, target, host, message_id, state, message_sealed, data_key_id)
      select ${id('n')}, 'CALLBACK', 'on-search', 's', 'SOCIAL', 't', 'h', n, case when n = 9 then 'PENDING' else 'FAILED' end, 'sealed', md5('free')::uuid
      from generate_series(1, ${ROWS}) n`);
  }, 60_000);
  afterAll(async () => {
    await database?.close();
    await postgres?.drop();
  });

  /** The database, and behind which id each statement began. */
  function watched() {
    const begins: string[] = [];
    const query: Database['query'] = (text, values, name) => {
      if (/^(update|delete from consent)/.test(text)) begins.push(String(values?.[0]));
      return database.query(text, values, name);
    };
    return { begins, sql: { query, eventWritten: database.eventWritten } };
  }

  test.each([
    ['payloads', purgePayloads, ROWS - 3],
    ['messages of deliveries', purgeDeliveries, ROWS - 1],
  ])('%s: each batch begins behind the one before, and what must stay is passed over', async (_, purge, purged) => {
    const { begins, sql } = watched();
    expect(await purge(sql, tomorrow)).toBe(purged);
    expect(begins).toHaveLength(3);
    expect(begins).toEqual([...new Set(begins)].toSorted((a, b) => (a < b ? -1 : 1)));
    expect(await purge(sql, tomorrow)).toBe(0);
  });

  test('versions that everybody was told of: a run looks at some, and the next goes on behind them', async () => {
    const version = (of: string) => `select md5(n::text)::uuid, 1, ${of} from generate_series(1, 7) n`;
    await database.query(`insert into record_version (record_id, version, data_key_id, data_sealed)
      ${version(`md5('free')::uuid, '\\x00'`)}`);
    // The last that was told of a record of a live source is kept.
    await database.query(`insert into source_row (record_id, source, entry, state, digest, generation, version)
      select record_id, 's', 'e', 'SERVED', '', 1, 1 from record_version order by record_id limit 3`);
    const run = forgetsTold(database, { atOnce: 2, inARun: 4 });
    expect([await run(), await run(), await run()]).toEqual([1, 3, 0]);
    expect(await database.query('select from record_version')).toHaveLength(3);
  });

  test('who got which record is forgotten with the transactions that are gone, and kept with those that are there', async () => {
    await database.query(`insert into disclosure (record_id, transaction_id)
      select md5(n::text)::uuid, case when n <= 3 then t.id else ${id('n + 100000')} end
      from generate_series(1, ${ROWS}) n left join lateral (select id from transaction offset n limit 1) t on n <= 3`);
    await database.query(
      `insert into registry_record (id, registry, record_type, data) values (md5('r')::uuid, 'SOCIAL', 'Member', '{}')`,
    );
    await database.query(`insert into former_identifier (record_id, registry, record_type, type, value, ended_at)
      select md5('r')::uuid, 'SOCIAL', 'Member', 'UIN', n, now() + n * interval '2 days' from generate_series(0, 1) n`);
    const deliveries = ROWS - 1;
    const former = 1;
    expect(await deleteRemains(database, tomorrow)).toBe(deliveries + ROWS - 3 + former);
    expect(await database.query('select value from former_identifier')).toEqual([{ value: '1' }]);
    const left = await database.query('select 1 from disclosure d join transaction t on t.id = d.transaction_id');
    expect(left).toHaveLength(3);
    expect(await database.query('select 1 from disclosure')).toHaveLength(3);
  });

  test('what ended long ago goes in batches: each is over soon, and nobody waits for all', async () => {
    await database.query(`insert into consent (id, registry, identifier_type, identifier_value, sender_id, fields, valid_from, valid_until, granted_by)
      select ${id('n')}, 'SOCIAL', 'UIN', n, 'free', '{}', now() - interval '2 days', case when n > 1 then now() end, 'x'
      from generate_series(1, ${ROWS}) n`);
    const { begins, sql } = watched();
    expect(await deleteRemains(sql, tomorrow)).toBe(ROWS - 1);
    expect(begins).toHaveLength(3);
    expect(begins).toEqual([...new Set(begins)].toSorted((a, b) => (a < b ? -1 : 1)));
    expect(await database.query('select identifier_value as value from consent')).toEqual([{ value: '1' }]);
  });

  test('only what must stay is left', async () => {
    const [left] = await database.query(`select
      (select count(*)::int from transaction where request_sealed is not null) as payloads,
      (select count(*)::int from delivery where message_sealed is not null) as messages`);
    expect(left).toEqual({ payloads: 3, messages: 1 });
  });
});
