/** Connections that break or fall silent at any moment: every place of the pool comes back, whatever was under way. */
import { randomUUID } from 'node:crypto';
import { GCProfiler, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Sender } from '../../src/entities/senders/sender.entity.js';
import type { Database, Sql, Unit } from '../../src/entities/database/database.js';
import { Places } from '../../src/entities/database/places.js';
import { renewClaims } from '../../src/entities/queues/claim.repository.js';
import { isUnavailable } from '../../src/entities/database/unavailable.js';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

/** 1000 take a minute. */
const CUTS = Number(process.env.CUTS ?? 300);
const POOL = 3;
const AT_ONCE = 6;
const BACK_WITHIN_MS = 10_000;

let postgres: TestDatabase;
let proxy: TcpProxy;
let url: string;
let database: Database;

beforeAll(async () => {
  postgres = await createTestDatabase();
  const target = new URL(postgres.url);
  proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  url = Object.assign(target, { hostname: '127.0.0.1', port: String(proxy.port) }).href;
  database = await connectDatabase(url, { poolSize: POOL, statementTimeoutMs: 1000 });
  await database.query('create table fault (id serial primary key, kind text)');
});
afterAll(async () => {
  await database?.close();
  await proxy?.close();
  await postgres?.drop();
});

/** The ways in which the gateway borrows a connection. */
const WORK = {
  statement: () => database.query('select count(*) from fault', [], 'count-faults'),
  entities: () => database.em().find(Sender, {}),
  transaction: () => database.transaction(async (unit) => void (await insert(unit), await insert(unit))),
  both: () =>
    database.transaction(async (unit) => {
      await unit.em.count(Sender);
      await insert(unit);
    }),
  refused: () => database.transaction((unit) => unit.query('select 1 / 0')),
  patient: () => database.patient().query('select pg_sleep(0.003)'),
};
const insert = (unit: Unit) => unit.query('insert into fault (kind) values ($1)', ['x'], 'insert-fault');

/** Keeps the pool busy until it is stopped; gives what succeeded. */
function startLoad() {
  const kinds = Object.values(WORK);
  const succeeded = { count: 0 };
  const stopping = new AbortController();
  const loops = Array.from({ length: AT_ONCE }, async (_unused, index) => {
    for (let turn = index; !stopping.signal.aborted; turn++)
      await kinds[turn % kinds.length]?.().then(
        () => (succeeded.count += 1),
        () => new Promise(setImmediate),
      );
  });
  return { succeeded, stop: () => (stopping.abort(), Promise.all(loops)) };
}

async function answersWithin(ms: number): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await database.query('select 1').then(yes, no)))
    if (Date.now() > deadline) throw new Error(`no answer within ${ms} ms`);
}
const yes = () => true;
const no = () => new Promise<false>((resolve) => setTimeout(resolve, 1, false));

const placesAreBack = () => database.pool.waitingCount === 0 && database.pool.idleCount === database.pool.totalCount;

test(`after each of ${CUTS} cuts in the midst of work it serves again, and no place is lost`, async () => {
  const load = startLoad();
  for (let cut = 0; cut < CUTS; cut++) {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 10));
    if (cut % 50 === 49) {
      await proxy.cut();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await proxy.restore();
    } else proxy.drop();
    await answersWithin(BACK_WITHIN_MS);
  }
  await load.stop();
  expect(load.succeeded.count).toBeGreaterThan(CUTS);
  await until(placesAreBack);
  await Promise.all(Array.from({ length: POOL }, () => database.query('select pg_sleep(0.05)')));
}, 120_000);

test('a silent server holds nobody for ever, and is used again when it answers', async () => {
  await Promise.all(Array.from({ length: POOL }, () => database.query('select pg_sleep(0.05)')));
  expect(database.pool.idleCount).toBe(POOL);
  proxy.silence();
  const asked = performance.now();
  // As many as there are places, and two that wait for one.
  const ended = await Promise.allSettled(
    (['statement', 'entities', 'transaction', 'both', 'patient'] as const).map((kind) => WORK[kind]()),
  );
  expect(ended.map(({ status }) => status)).toEqual(ended.map(() => 'rejected'));
  expect(performance.now() - asked).toBeLessThan(15_000);
  proxy.speak();
  await answersWithin(BACK_WITHIN_MS);
  await until(placesAreBack);
}, 40_000);

test('a slow server is not away: who waits for a place waits as long as somebody is answered', async () => {
  const SILENT_MS = 1000;
  const patient = await connectDatabase(url, { poolSize: POOL, statementTimeoutMs: 5000, silentMs: SILENT_MS });
  try {
    await patient.query('select 1');
    // One connection stands; to open another one takes several answers, and more than it takes to be given up.
    proxy.slow(SILENT_MS / 2);
    const asked = performance.now();
    const all = await Promise.allSettled(Array.from({ length: 4 * POOL }, () => patient.query('select 1')));
    expect(performance.now() - asked).toBeGreaterThan(2 * SILENT_MS);
    expect(all.filter(({ status }) => status === 'rejected')).toEqual([]);
    // All places are taken, and nobody is answered any more.
    proxy.silence();
    const under = Array.from({ length: POOL }, () => patient.query('select 1').catch(no));
    const told = await patient.query('select 1').catch((error: unknown) => error);
    expect(String(told)).toMatch(/the database answers nobody/);
    expect(isUnavailable(told)).toBe(true);
    proxy.slow(0);
    proxy.speak();
    proxy.drop();
    await Promise.all(under);
  } finally {
    proxy.slow(0);
    proxy.speak();
    await patient.close();
  }
}, 40_000);

test('as many transactions as there are places each ask something beside themselves, and none waits for the others', async () => {
  const both = Array.from({ length: POOL * 2 }, () =>
    database.transaction(async (unit) => {
      await insert(unit);
      await database.query('select 1');
      await database.transaction(insert);
      return database.em().count(Sender);
    }),
  );
  expect(await Promise.all(both)).toEqual(both.map(() => 0));
  await until(placesAreBack);
});

test.each<[string, (ask: Sql['query']) => Promise<unknown>]>([
  ['a statement', (ask) => ask(MANY, [], 'many')],
  ['a transaction', () => database.transaction((unit) => unit.query(MANY))],
  ['a statement that may be cancelled', (ask) => ask(MANY, [], 'many', new AbortController().signal)],
])('what %s brought is forgotten in the next small collection', async (_what, work) => {
  // Each brings 0.3 MB. What is held until a full collection is held every time; what V8 keeps for some times is nobody's.
  let least = Infinity;
  for (let round = 0; round < 40 && least >= 100_000; round += 1) {
    // Nothing of V8's own is under way: a heap that is being marked keeps what would go.
    collect();
    const collections = new GCProfiler();
    collections.start();
    const before = process.memoryUsage().heapUsed;
    // What an async function waited for last it holds itself until it waits again.
    await work(database.query.bind(database)).then(() => undefined);
    collect({ type: 'minor' });
    const after = process.memoryUsage().heapUsed;
    // One in the middle moves on what has been read of the answer, and a second or a full one moves it to the old space.
    const [, ...between] = collections.stop()?.statistics ?? [];
    if (between.length === 0) least = Math.min(least, after - before);
  }
  expect(least).toBeLessThan(100_000);
});
const MANY = `select n, repeat('x', 100) || n as text from generate_series(1, 1500) n`;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as (how?: { type: 'minor' }) => void;

test('names of statements reach the server inside a transaction too', async () => {
  const names = await database.transaction(async (unit) => {
    await insert(unit);
    return unit.query<{ name: string }>(`select name from pg_prepared_statements where name = 'insert-fault'`);
  });
  expect(names).toHaveLength(1);
});

test('a statement that comes after the end of its transaction is refused, not committed by itself', async () => {
  let late: Promise<unknown> = Promise.resolve();
  await database.transaction(async (unit) => {
    await insert(unit);
    late = new Promise((resolve) => setTimeout(resolve, 20)).then(() => insert(unit));
    late.catch(() => undefined);
  });
  await expect(late).rejects.toThrow('after the end of its transaction');
});

test('entities and statements of one unit are committed together, or not at all', async () => {
  const names = async () =>
    (await database.query<{ kind: string }>('select kind from fault where kind like $1', ['u%'])).length;
  await expect(
    database.transaction(async (unit) => {
      await unit.query(`insert into fault (kind) values ('u1')`);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await names()).toBe(0);
  await database.transaction((unit) => unit.query(`insert into fault (kind) values ('u2')`));
  expect(await names()).toBe(1);
});

test('a session that froze inside a transaction is ended by the server', async () => {
  const limit = await database.transaction((unit) => unit.query('show idle_in_transaction_session_timeout'));
  expect(limit).toEqual([{ idle_in_transaction_session_timeout: '30s' }]);
});

test('an index is built for as long as it takes, whatever a statement may take there', async () => {
  const name = new URL(url).pathname.slice(1);
  await database.query(`alter database ${name} set statement_timeout = '100ms'`);
  await expect(database.alone('select pg_sleep(0.3)')).resolves.toBeUndefined();
  await database.query(`alter database ${name} reset statement_timeout`);
});

test('a lease is renewed while every place is taken', async () => {
  const { promise: over, resolve: end } = Promise.withResolvers<void>();
  let begun = 0;
  const long = Array.from({ length: POOL }, () =>
    database.transaction(async () => {
      begun += 1;
      await over;
    }),
  );
  await until(() => begun === POOL);
  const renewed = renewClaims(database, 'delivery', randomUUID(), [randomUUID()]);
  let isRenewed = false;
  void renewed.then(() => (isRenewed = true));
  try {
    await until(() => isRenewed, { timeoutMs: 10_000 });
  } finally {
    end();
  }
  await renewed;
  expect(begun).toBe(POOL);
  await Promise.all(long);
});

// The pool's own limit passes after those who waited were told that the server is away.
test('who waits behind a taken place of a silent server is told once, and the next is served', async () => {
  const places = new Places({ connectionString: url, max: 1, connectionTimeoutMillis: 1000 }, 200);
  const taken = await places.connect();
  proxy.silence();
  const told: unknown[] = [];
  for (let n = 0; n < 3; n++) places.connect((error, client) => told.push(client ?? error?.message));
  const away = 'timeout exceeded when trying to connect: the database answers nobody';
  await until(() => told.length === 3);
  expect(places.waitingCount).toBe(3);
  await until(() => places.waitingCount === 0);
  expect(told).toEqual([away, away, away]);
  proxy.speak();
  // What was connected stays dead.
  taken.on('error', () => undefined).release(true);
  const next = await places.connect();
  expect((await next.query<{ n: number }>('select 1 as n')).rows).toEqual([{ n: 1 }]);
  next.release();
  await places.end();
  await expect(places.connect()).rejects.toThrow('after calling end');
});
