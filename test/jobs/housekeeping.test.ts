/** What housekeeping forgets, by the clock of a process that is right, and of one that is an hour ahead. */
import { randomUUID } from 'node:crypto';
import type { Database } from '../../src/entities/database/database.js';
import { ensurePartitions, PARTITIONED } from '../../src/entities/database/partitions.js';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { spend } from '../../src/entities/senders/spent-quota.repository.js';
import { claimQuery } from '../../src/entities/transactions/seen-message.repository.js';
import { keepHouse } from '../../src/jobs/housekeeping.job.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

const MINUTE_MS = 60_000;

describe('housekeeping', () => {
  let home: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    home = await createTestDatabase();
    database = await connectDatabase(home.url, { poolSize: 2, statementTimeoutMs: 5000 });
  });
  afterAll(async () => {
    await database.close();
    await home.drop();
  });

  const ago = (minutes: number): Date => new Date(Date.now() - minutes * MINUTE_MS);
  const seen = async (messageId: string, receivedAt: Date): Promise<boolean> =>
    !(await claimQuery(database, { senderId: 'p', messageId, digest: Buffer.alloc(32), receivedAt }));
  const uploaded = (at: Date) =>
    database.query(
      `insert into bulk_chunk (upload_id, sequence, data_key_id, rows_sealed, created_at) values ($1, 0, $1, '', $2)`,
      [randomUUID(), at],
    );
  /** Of the partitions of a month: columns, indexes and triggers. */
  const shapesOf = async (month: string): Promise<string[]> => {
    const tables = PARTITIONED.map((table) => `${table}_${month}`);
    const shapes = await database.query<{ shape: string }>(
      `select concat_ws(' ', p.inhparent::regclass,
         (select string_agg(concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull, attstorage,
            pg_get_expr(adbin, adrelid)), ',' order by attnum)
          from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum where attrelid = t.of and attnum > 0),
         (select string_agg(replace(indexdef, $2, ''), ',' order by indexdef) from pg_indexes where tablename = t.of::text),
         (select string_agg(tgname, ',' order by tgname) from pg_trigger where tgrelid = t.of)) as shape
       from unnest($1::regclass[]) with ordinality t (of, position) left join pg_inherits p on inhrelid = t.of order by position`,
      [tables, `_${month}`],
    );
    return shapes.map(({ shape }) => shape);
  };
  const left = async () =>
    (await database.query<{ chunks: number }>('select count(*)::int as chunks from bulk_chunk'))[0]?.chunks;

  test('makes the tables of a month beside a reader that takes its time, such as a backup', async () => {
    await database.transaction(async (backup) => {
      for (const table of PARTITIONED) await backup.query(`lock table ${table} in access share mode`);
      await ensurePartitions(database, new Date('2031-04-15T00:00:00Z'));
    });
    const [first = '', ...others] = await shapesOf('2031_07');
    expect(first).toContain('transaction_gathers');
    expect([first, ...others]).toEqual(await shapesOf(new Date().toISOString().slice(0, 7).replace('-', '_')));
  });

  test.each([
    ['right', 0],
    ['an hour ahead', 60],
  ])('by a clock that is %s keeps what still guards, and what is being uploaded', async (_, ahead) => {
    const [old, fresh] = [randomUUID(), randomUUID()];
    expect([await seen(old, ago(16)), await seen(fresh, ago(1))]).toEqual([false, false]);
    await Promise.all([uploaded(ago(61)), uploaded(ago(1))]);
    await spend(database, { keys: ['k'], points: [1] }, MINUTE_MS);
    expect(await keepHouse(database, ago(-ahead))).toEqual({ seenMessages: 1 });
    expect([await seen(old, ago(0)), await seen(fresh, ago(0)), await left()]).toEqual([false, true, 1]);
    expect(await spend(database, { keys: ['k'], points: [1] }, MINUTE_MS)).toMatchObject([{ key: 'k', points: 2 }]);
    await database.query('truncate bulk_chunk, spent_quota');
  });
});
