import { PostgresCounter } from '../../src/access/postgres-counter.js';
import { SharedQuota, type SharedCounter } from '../../src/access/shared-quota.js';
import type { Database, Sql } from '../../src/entities/database/database.js';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

describe('a quota that processes share', () => {
  let home: TestDatabase;
  let database: Database;
  const asked: number[] = [];

  const nowhere = (duration: number): SharedCounter => ({
    duration,
    consume: () => Promise.reject(new Error('the database did not count')),
  });

  /** A process of its own: counters over the same table, nothing else in common. */
  const process = (seconds: number, prefix: string): SharedQuota => {
    const counter = new PostgresCounter(database, prefix, seconds, nowhere(seconds));
    return new SharedQuota({
      duration: seconds,
      consume: (key, points) => {
        asked.push(points);
        return counter.consume(key, points);
      },
    });
  };

  beforeAll(async () => {
    home = await createTestDatabase();
    database = await connectDatabase(home.url, { poolSize: 5 });
  });
  afterAll(async () => {
    await database.close();
    await home.drop();
  });
  beforeEach(() => void (asked.length = 0));

  const spend = async (quota: SharedQuota, times: number, limit: number, weight = 1) =>
    (await Promise.all(Array.from({ length: times }, () => quota.take('k', weight, limit)))).filter(
      ({ allowed }) => allowed,
    ).length;

  test('is never exceeded, however many processes spend it at once', async () => {
    const processes = [process(60, 'once'), process(60, 'once'), process(60, 'once')];
    const allowed = await Promise.all(processes.map((quota) => spend(quota, 200, 100)));
    const total = allowed.reduce((sum, count) => sum + count, 0);
    expect(total).toBeLessThanOrEqual(100);
    // What one process leased and did not spend is at most a twentieth for each of the others.
    expect(total).toBeGreaterThanOrEqual(90);
  });

  test('counts many keys of many callers at once, each to its last point', async () => {
    const counters = ['many', 'many', 'many'].map((name) => new PostgresCounter(database, name, 60, nowhere(60)));
    const keys = Array.from({ length: 50 }, (_, index) => `k${index}`);
    const orders = [keys, keys.toReversed(), [...keys, ...keys]];
    const consumed = await Promise.all(
      orders.flatMap((order, index) =>
        order.map(async (key) => ({ key, ...(await counters[index]?.consume(key, 2)) })),
      ),
    );
    for (const all of Map.groupBy(consumed, ({ key }) => key).values())
      expect(all.map(({ consumedPoints = 0 }) => consumedPoints).toSorted((a, b) => a - b)).toEqual([2, 4, 6, 8]);
  });

  test('of many keys is counted by one statement, each to its last point, whoever else counts them', async () => {
    const statements: string[] = [];
    const sql: Sql = {
      query: (text, values, name) => {
        statements.push(text);
        return database.query(text, values, name);
      },
      eventWritten: () => undefined,
    };
    const [a, b] = [sql, database].map((one) => new SharedQuota(new PostgresCounter(one, 'rows', 60, nowhere(60))));
    const rows = ['k1', 'k2', 'k1', 'k3', 'k1'].map((key) => ({ key, weight: 2 }));
    const take = async (quota = a): Promise<(boolean | undefined)[]> =>
      ((await quota?.takeAll(rows, 5)) ?? []).map((refusal) => refusal?.allowed ?? true);
    // The third of one key goes beyond its limit.
    expect(await take()).toEqual([true, true, true, true, false]);
    expect(statements).toHaveLength(1);
    // k2 and k3 have 3 points left, and then 1.
    expect(await take(b)).toEqual([false, true, false, true, false]);
    expect(await take()).toEqual([false, false, false, false, false]);
    expect(await take(b)).toEqual([false, false, false, false, false]);
  });

  test('is not spent twice where a lease is spent while it is renewed', async () => {
    const counted: number[] = [];
    const sum = () => counted.reduce((all, points) => all + points, 0);
    const quota = new SharedQuota({
      duration: 60,
      consume: async (_key, points) => {
        counted.push(points);
        const consumedPoints = sum();
        await new Promise(setImmediate);
        return { consumedPoints, msBeforeNext: 60_000 };
      },
    });
    const limit = 1000;
    let spent = 0;
    const take = async (weight: number) => {
      if ((await quota.take('k', weight, limit)).allowed) spent += weight;
    };
    // Heavy ones have the lease renewed, light ones spend what is left of it.
    for (let round = 0; round < 100; round += 1) await Promise.all([take(40), take(1), take(1), take(1), take(7)]);
    expect(spent).toBeLessThanOrEqual(limit);
  });

  test('is exact for a slow caller, whichever process it meets', async () => {
    const [a, b] = [process(60, 'slow'), process(60, 'slow')];
    const states = [];
    for (const quota of [a, b, a, b, a, b]) states.push(await quota.take('k', 1, 5));
    expect(states.map(({ allowed }) => allowed)).toEqual([true, true, true, true, true, false]);
    expect(states.map(({ remaining }) => remaining)).toEqual([4, 3, 2, 1, 0, 0]);
  });

  test('costs a fast caller few round trips', async () => {
    await spend(process(60, 'fast'), 1000, 100_000);
    expect(asked.length).toBeLessThan(20);
  });

  test('never blocks a steady slow caller, window after window', async () => {
    const quota = process(0.6, 'steady');
    for (let request = 0; request < 12; request++) {
      expect(await quota.take('k', 1, 4)).toMatchObject({ allowed: true });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  });

  test('begins anew when its window ends', async () => {
    const quota = process(0.3, 'anew');
    expect(await spend(quota, 5, 2)).toBe(2);
    await new Promise((resolve) => setTimeout(resolve, 350));
    expect(await spend(quota, 5, 2)).toBe(2);
  });

  test('begins anew where the clock that ended its window was an hour ahead', async () => {
    expect(await spend(process(60, 'ahead'), 5, 2)).toBe(2);
    await database.query(`update spent_quota set expire = expire + 3600000 where key = 'ahead:k'`);
    const state = await process(60, 'ahead').take('k', 1, 2);
    expect(state).toMatchObject({ allowed: true, remaining: 1 });
    expect(state.reset).toBeLessThanOrEqual(60);
  });

  test('of 0 lets nothing through, and says how long', async () => {
    expect(await process(60, 'zero').take('k', 1, 0)).toEqual({
      allowed: false,
      limit: 0,
      window: 60,
      remaining: 0,
      reset: 60,
    });
    expect(asked).toEqual([]);
  });

  test('is spent by weight; a weight above it is the whole of it', async () => {
    expect(await spend(process(60, 'weight'), 5, 20, 10)).toBe(2);
    const whole = process(60, 'whole');
    expect(await spend(whole, 1, 5, 10)).toBe(1);
    expect(await spend(whole, 1, 5, 1)).toBe(0);
  });

  test('tells the first refusal of a window from the rest', async () => {
    const quota = process(60, 'first');
    await spend(quota, 2, 2);
    expect((await quota.take('k', 1, 2)).first).toBe(true);
    expect((await quota.take('k', 1, 2)).first).toBe(false);
  });
});
