import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import * as fc from 'fast-check';
import { Database } from '../../src/entities/database.js';
import { appendOutbox } from '../../src/entities/outbox.repository.js';
import { forgetForeignEvents, rememberPurged } from '../../src/entities/tail.repository.js';
import { LiveTail, type LiveEvent, type ListenOptions } from '../../src/graphql/live/live-tail.js';
import { abortable } from '../../src/graphql/live/abortable.js';
import { exportTailLag } from '../../src/graphql/live/tail.metrics.js';
import { createMetrics } from '../../src/platform/metrics.js';
import { createLog } from '../../src/platform/log.js';
import { uuidv7 } from '../../src/platform/uuid.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

const log = createLog('silent');
let testDatabase: TestDatabase;
let database: Database;
let tail: LiveTail;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = await Database.connect(testDatabase.url, 8);
  tail = new LiveTail(database, log);
});
afterEach(async () => {
  tail.close();
  await database.close();
  await testDatabase.drop();
});

/** Reads until `count` events have come, or for as long as `ms`. */
async function read(from: LiveTail, options: ListenOptions, count: number, ms = 5000): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [];
  const reader = abortable((signal) => from.batches({ ...options, signal }));
  const timer = setTimeout(() => void reader.return(undefined), ms);
  try {
    for await (const batch of reader) {
      events.push(...batch);
      if (events.length >= count) break;
    }
  } finally {
    clearTimeout(timer);
  }
  return events;
}

async function append(count: number, topic: 'transaction' | 'registry' = 'transaction'): Promise<string[]> {
  const ids = Array.from({ length: count }, () => randomUUID());
  await database.transaction(async (unit) => {
    for (const id of ids) await appendOutbox(unit, topic, id, {});
  });
  tail.nudge();
  return ids;
}

/** Long enough for a reader to have begun. */
const settled = (ms = 60): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const subjects = (events: LiveEvent[]): string[] => events.map(({ subject }) => subject);

async function refusalOf(work: Promise<unknown>): Promise<{ message: string; extensions: Record<string, unknown> }> {
  return work.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: { message: string; extensions: Record<string, unknown> }) => error,
  );
}

test('from now on: what was committed before is not told', async () => {
  await append(3);
  const reading = read(tail, {}, 2);
  await settled();
  const ids = await append(2);
  expect(subjects(await reading)).toEqual(ids);
});

test('a transaction that began first and commits last is told, behind those that overtook it', async () => {
  const before = await tail.cursor();
  const reading = read(tail, { after: before }, 3);
  const late = new Client({ connectionString: testDatabase.url });
  await late.connect();
  await late.query('begin');
  const id = uuidv7();
  await late.query(`insert into outbox_event (id, topic, subject) values ($1, 'transaction', $1)`, [id]);
  const ids = await append(2);
  await settled(300);
  expect(await tail.lagSeconds()).toBeGreaterThan(0.25);
  const metrics = createMetrics();
  exportTailLag(metrics, tail);
  expect((await metrics.expose()).body).toMatch(/^tail_lag_seconds 0\.[2-9]/m);
  await late.query('commit');
  await late.end();
  expect(subjects(await reading)).toEqual([id, ...ids]);
  expect(await tail.lagSeconds()).toBe(0);
});

test('readers that resume anywhere, among interleaved writers and in two processes, are told all exactly once in one order', async () => {
  const other = new LiveTail(database, log);
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ size: fc.integer({ min: 1, max: 4 }), ms: fc.integer({ min: 0, max: 40 }) }), {
          minLength: 4,
          maxLength: 12,
        }),
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 }),
        async (writers, stops) => {
          const start = await tail.cursor();
          const total = writers.reduce((sum, { size }) => sum + size, 0);
          const straight = read(other, { after: start }, total);
          const resumed = readInSteps(start, stops, total, [tail, other]);
          const written = await Promise.all(writers.map(writeSlowly));
          const [all, pieces] = await Promise.all([straight, resumed]);
          expect(subjects(all).toSorted()).toEqual(written.flat().toSorted());
          expect(subjects(pieces)).toEqual(subjects(all));
          // Of one transaction in the order of writing.
          for (const ids of written) expect(subjects(all).filter((id) => ids.includes(id))).toEqual(ids);
        },
      ),
      { numRuns: 12 },
    );
  } finally {
    other.close();
  }
}, 60_000);

async function readInSteps(start: string, stops: number[], total: number, tails: LiveTail[]): Promise<LiveEvent[]> {
  const events: LiveEvent[] = [];
  for (let step = 0; events.length < total; step += 1) {
    const want = Math.min(stops[step % stops.length] ?? 1, total - events.length);
    const from = tails[step % tails.length] ?? tail;
    const part = await read(from, { after: events.at(-1)?.cursor ?? start }, want, 10_000);
    if (part.length === 0) throw new Error('the reader was told nothing');
    events.push(...part.slice(0, want));
  }
  return events;
}

/** One transaction that stays open between its inserts. */
async function writeSlowly({ size, ms }: { size: number; ms: number }): Promise<string[]> {
  const ids = Array.from({ length: size }, () => randomUUID());
  await database.transaction(async (unit) => {
    for (const id of ids) {
      await appendOutbox(unit, 'transaction', id, {});
      await settled(ms);
    }
  });
  tail.nudge();
  return ids;
}

test('a backfill of thousands cuts over to what arrives meanwhile', async () => {
  const start = await tail.cursor();
  for (let i = 0; i < 3; i += 1) await append(700);
  const reading = read(tail, { after: start, maxBuffer: 1000 }, 2150);
  const live: string[] = [];
  for (let i = 0; i < 5; i += 1) live.push(...(await append(10)));
  const events = await reading;
  expect(new Set(subjects(events)).size).toBe(2150);
  expect(subjects(events).slice(-50)).toEqual(live);
}, 30_000);

test('a reader that does not read is ended with its cursor, and loses nothing there', async () => {
  const reader = tail.batches({ maxBuffer: 2 });
  const next = reader.next();
  await settled();
  const [first] = await append(1);
  const told = (await next).value as LiveEvent[];
  expect(subjects(told)).toEqual([first]);
  await settled();
  const missed = await append(41);
  await settled(400);
  const { message, extensions } = await refusalOf(reader.next());
  expect(message).toMatch(/too slow: subscribe again with after/);
  expect(extensions['code']).toBe('CONFLICT');
  expect(extensions['cursor']).toBe(told.at(-1)?.cursor);
  expect(subjects(await read(tail, { after: String(extensions['cursor']) }, 41))).toEqual(missed);
});

test('a burst is no slowness', async () => {
  const reading = read(tail, { maxBuffer: 2 }, 30);
  await settled();
  await append(30);
  expect(await reading).toHaveLength(30);
});

test('what a reader does not want neither fills its buffer nor is told', async () => {
  const accepts = ({ topic }: { topic: string }) => topic === 'registry';
  const reading = read(tail, { maxBuffer: 2, accepts }, 1);
  await settled();
  await append(100);
  const [wanted] = await append(1, 'registry');
  expect(subjects(await reading)).toEqual([wanted]);
});

test('a reader that leaves while it waits is gone at once, and the last one stops the polling', async () => {
  const reader = abortable((signal) => tail.batches({ signal }));
  const waiting = reader.next();
  await settled();
  await reader.return(undefined);
  expect(await waiting).toEqual({ done: true, value: undefined });
  const before = await statementsOfTail();
  await settled(600);
  expect(await statementsOfTail()).toBe(before);
});

/** How often the outbox was looked at, as PostgreSQL counts scans of its index. */
async function statementsOfTail(): Promise<number> {
  await settled(50);
  await database.query('select pg_stat_clear_snapshot()');
  const [row] = await database.query<{ scans: string }>(
    `select coalesce(sum(idx_scan), 0) as scans from pg_stat_user_indexes where indexrelname like 'outbox_event%xid_seq%'`,
  );
  return Number(row?.scans);
}

test('close ends every reader', async () => {
  const reading = read(tail, {}, 1);
  await settled();
  tail.close();
  expect(await reading).toEqual([]);
  expect(await read(tail, {}, 1)).toEqual([]);
});

test('connections that PostgreSQL ends are made anew, and nothing is lost', async () => {
  const reading = read(tail, {}, 2, 10_000);
  await settled();
  const [first] = await append(1);
  await settled();
  await database
    .query('select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()')
    .catch(() => undefined);
  const again = async (): Promise<string[]> => append(1).catch(() => settled(100).then(again));
  const [second] = await again();
  expect(subjects(await reading)).toEqual([first, second]);
});

describe('a cursor', () => {
  test('of before a restore is refused, and readers of then are ended', async () => {
    const old = await tail.cursor();
    const reading = refusalOf(read(tail, {}, 1, 20_000));
    await settled();
    await database.query(`update gateway_state set value = to_jsonb(gen_random_uuid()) where key = 'epoch'`);
    const refused = await refusalOf(read(tail, { after: old }, 1));
    expect(refused.message).toMatch(/^after: this cursor is from before a restore/);
    expect((await reading).message).toMatch(/the database was restored/);
    const now = await tail.cursor();
    const ids = await append(1);
    expect(subjects(await read(tail, { after: now }, 1))).toEqual(ids);
  });

  test('of another database is refused, though its dump brought the epoch along', async () => {
    const copy = await createTestDatabase();
    const other = await Database.connect(copy.url, 4);
    const elsewhere = new LiveTail(other, log);
    try {
      const epochOf = (one: Database) => one.query(`select value from gateway_state where key = 'epoch'`);
      expect(await epochOf(other)).toEqual(await epochOf(database));
      const refused = await refusalOf(read(elsewhere, { after: await tail.cursor() }, 1));
      expect(refused.message).toMatch(/from before a restore/);
    } finally {
      elsewhere.close();
      await other.close();
      await copy.drop();
    }
  });

  test('is never overtaken by events that a dump brought from a busier cluster', async () => {
    const ids = await append(1);
    const foreign = uuidv7();
    await database.query(
      `insert into outbox_event (id, xid, topic, subject) values ($1, (pg_current_xact_id()::text::bigint + 100000)::text::xid8, 'transaction', $1)`,
      [foreign],
    );
    await forgetForeignEvents(database);
    const rows = await database.query<{ subject: string }>('select subject from outbox_event');
    expect(rows.map(({ subject }) => subject)).toEqual(ids);
  });

  test('of before what is kept is refused', async () => {
    const old = await tail.cursor();
    await append(1);
    await rememberPurged(database, 'outbox_event');
    const now = await tail.cursor();
    const ids = await append(1);
    expect(subjects(await read(tail, { after: now }, 1))).toEqual(ids);
    expect((await refusalOf(read(tail, { after: old }, 1))).message).toMatch(/no longer kept/);
  });

  test.each(['', 'x', 'W10', Buffer.from('["e","1","99999999999999999999"]').toString('base64url')])(
    'that is none is refused: %s',
    async (after) => {
      expect(await refusalOf(read(tail, { after }, 1))).toMatchObject({
        message: 'after: not a cursor of a live stream',
        extensions: { code: 'BAD_USER_INPUT', field: 'after' },
      });
    },
  );
});
