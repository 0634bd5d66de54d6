import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import * as fc from 'fast-check';
import type { Database } from '../../src/entities/database/database.js';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { appendOutbox } from '../../src/entities/queues/outbox.repository.js';
import { forgetForeignEvents } from '../../src/entities/audit/disclosure.repository.js';
import { rememberPurged } from '../../src/entities/queues/tail.repository.js';
import { LiveTail, type ListenOptions } from '../../src/graphql/live/live-tail.js';
import type { LiveEvent } from '../../src/graphql/live/tail-cursor.js';
import { abortable } from '../../src/graphql/live/abortable.js';
import { createLog } from '../../src/platform/log.js';
import { uuidv7 } from '../../src/platform/uuid.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { statementsOf } from '../support/statements.js';
import { until } from '../support/until.js';

const log = createLog('silent');
let testDatabase: TestDatabase;
let database: Database;
let tail: LiveTail;

beforeEach(async () => {
  testDatabase = await createTestDatabase();
  database = await connectDatabase(testDatabase.url, { poolSize: 8 });
  tail = new LiveTail(database, log);
});
afterEach(async () => {
  tail.close();
  await database.close();
  await testDatabase.drop();
});

/** Reads until `count` events have come, or for as long as `ms`. */
async function read(from: LiveTail, options: ListenOptions, count: number, ms = 30_000): Promise<LiveEvent[]> {
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
    for (const id of ids) await appendOutbox(unit, topic, [{ subject: id, detail: {} }]);
  });
  tail.nudge();
  return ids;
}

/** Nothing waits for an older transaction, which would be told as new. */
const caughtUp = (): Promise<true> => until(async () => (await tail.lagSeconds()) === 0);
/** Behind all that is committed: until an autovacuum that is open has ended, the end of the stream stands before it. */
const cursorBehindAll = (): Promise<string> => caughtUp().then(() => tail.cursor());
/** The reader of `tail` is told what is committed from now on. */
const begun = (): Promise<true> => until(() => tail.listening === 1);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const subjects = (events: LiveEvent[]): string[] => events.map(({ subject }) => subject);

async function refusalOf(work: Promise<unknown>): Promise<{ message: string; extensions: Record<string, unknown> }> {
  return work.then(
    () => Promise.reject(new Error('nothing was refused')),
    (error: { message: string; extensions: Record<string, unknown> }) => error,
  );
}

test('from now on: what was committed before is not told', async () => {
  await append(3);
  await caughtUp();
  const reading = read(tail, {}, 2);
  await begun();
  const ids = await append(2);
  expect(subjects(await reading)).toEqual(ids);
});

test('a transaction that began first and commits last is told, behind those that overtook it', async () => {
  const before = await tail.cursor();
  const reading = read(tail, { after: before }, 3);
  const late = new Client({ connectionString: testDatabase.url, application_name: 'forgotten' });
  await late.connect();
  await late.query('begin');
  const id = uuidv7();
  await late.query(`insert into outbox_event (id, topic, subject) values ($1, 'transaction', $1)`, [id]);
  const ids = await append(2);
  await pause(300);
  expect(await tail.lagSeconds()).toBeGreaterThan(0.25);
  const [{ pid } = { pid: 0 }] = (await late.query<{ pid: number }>('select pg_backend_pid() as pid')).rows;
  const openSeconds: unknown = expect.any(Number);
  expect(await tail.heldBy(0.25)).toEqual({ pid, application: 'forgotten', openSeconds });
  expect(await tail.lagSeconds()).toBeGreaterThan(0.25);
  await late.query('commit');
  await late.end();
  expect(subjects(await reading)).toEqual([id, ...ids]);
  await caughtUp();
});

test('a transaction of another database holds nothing up', async () => {
  const elsewhere = await createTestDatabase({ template: false });
  const foreign = new Client({ connectionString: elsewhere.url });
  await foreign.connect();
  await foreign.query('begin; select pg_current_xact_id()');
  const ids = await append(2);
  const before = await cursorBehindAll();
  const [told] = await append(1);
  // An autovacuum of this database may be open for a moment.
  await until(async () => (await tail.lagSeconds()) === 0 && (await tail.heldBy(0)) === null);
  expect(subjects(await read(tail, { after: before }, 1))).toEqual([told]);
  // PostgreSQL's own bound stands still meanwhile: without that nothing would have been shown.
  const [bound] = await database.query<{ behind: boolean }>(
    `select bool_and(xid >= pg_snapshot_xmin(pg_current_snapshot())) as behind from outbox_event where subject = any($1)`,
    [ids],
  );
  expect(bound?.behind).toBe(true);
  // A transaction sees its own number as open: what it writes still comes behind whatever is settled.
  await database.transaction(async (unit) => {
    await unit.query('select pg_current_xact_id()');
    expect(await unit.query('select 1 where settled_below() <= pg_current_xact_id()')).toHaveLength(1);
  });
  await foreign.query('rollback');
  await foreign.end();
  await elsewhere.drop();
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
    const part = await read(from, { after: events.at(-1)?.cursor ?? start }, want);
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
      await appendOutbox(unit, 'transaction', [{ subject: id, detail: {} }]);
      await pause(ms);
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
  await begun();
  const [first] = await append(1);
  const told = (await next).value as LiveEvent[];
  expect(subjects(told)).toEqual([first]);
  await begun();
  const missed = await append(41);
  await pause(400);
  const { message, extensions } = await refusalOf(reader.next());
  expect(message).toMatch(/too slow: subscribe again with after/);
  expect(extensions['code']).toBe('CONFLICT');
  expect(extensions['cursor']).toBe(told.at(-1)?.cursor);
  expect(subjects(await read(tail, { after: String(extensions['cursor']) }, 41))).toEqual(missed);
});

test('a burst is no slowness', async () => {
  const reading = read(tail, { maxBuffer: 2 }, 30);
  await begun();
  await append(30);
  expect(await reading).toHaveLength(30);
});

test('what a reader does not want neither fills its buffer nor is told', async () => {
  const accepts = ({ topic }: { topic: string }) => topic === 'registry';
  const reading = read(tail, { maxBuffer: 2, accepts }, 1);
  await begun();
  await append(100);
  const [wanted] = await append(1, 'registry');
  expect(subjects(await reading)).toEqual([wanted]);
});

test('a reader that leaves while it waits is gone at once, and the last one stops the polling', async () => {
  const reader = abortable((signal) => tail.batches({ signal }));
  const waiting = reader.next();
  await begun();
  await reader.return(undefined);
  expect(await waiting).toEqual({ done: true, value: undefined });
  const statements = await statementsOf(database, () => pause(600));
  expect(statements.filter((text) => text.includes('outbox_event'))).toEqual([]);
});

test('close ends every reader', async () => {
  const reading = read(tail, {}, 1);
  await begun();
  tail.close();
  expect(await reading).toEqual([]);
  expect(await read(tail, {}, 1)).toEqual([]);
});

test('connections that PostgreSQL ends are made anew, and nothing is lost', async () => {
  const told: string[] = [];
  const reading = (async () => {
    for await (const batch of tail.batches()) told.push(...subjects(batch));
  })();
  await begun();
  const [first] = await append(1);
  await until(() => told.length === 1);
  expect(told).toEqual([first]);
  await endConnections();
  const again = async (): Promise<string[]> => append(1).catch(() => pause(100).then(again));
  const [second = ''] = await again();
  await until(() => told.includes(second), { seen: () => told });
  // One whose commit was not answered any more may stand before it.
  const written = await database.query<{ subject: string }>('select subject from outbox_event order by xid, seq');
  expect(told).toEqual(written.map(({ subject }) => subject));
  tail.close();
  await reading;
});

/** From outside, so that none of the pool is left. */
async function endConnections(): Promise<void> {
  const client = new Client({ connectionString: testDatabase.url });
  await client.connect();
  const { rowCount } = await client.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  expect(rowCount).toBeGreaterThan(0);
  await client.end();
}

describe('a cursor', () => {
  test('of before a restore is refused, and readers of then are ended', async () => {
    const old = await tail.cursor();
    const reading = refusalOf(read(tail, {}, 1));
    await begun();
    await database.query(`update gateway_state set value = to_jsonb(gen_random_uuid()) where key = 'epoch'`);
    const refused = await refusalOf(read(tail, { after: old }, 1));
    expect(refused.message).toMatch(/^after: this cursor is from before a restore/);
    expect((await reading).message).toMatch(/the database was restored/);
    const now = await cursorBehindAll();
    const ids = await append(1);
    expect(subjects(await read(tail, { after: now }, 1))).toEqual(ids);
  });

  test('of another database is refused, though its dump brought the epoch along', async () => {
    const copy = await createTestDatabase();
    const other = await connectDatabase(copy.url, { poolSize: 4 });
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
