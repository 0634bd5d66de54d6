/** One contract of the scheduler, kept on both job stores. */
import { createJobStore } from '../../src/jobs/job-store.js';
import type { Drain } from '../../src/jobs/drain.js';
import { startScheduler, type RecurringJob, type Scheduler } from '../../src/jobs/scheduler.js';
import { createLog } from '../../src/platform/log.js';
import { hasMongo, startMongo } from '../support/mongodb.js';
import { createTestDatabase } from '../support/postgres.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

const log = createLog('silent');

interface TestStore {
  host: string;
  port: number;
  url: (port: number) => string;
  close: () => Promise<void>;
}

async function postgresStore(): Promise<TestStore> {
  const own = await createTestDatabase({ template: false });
  const { url } = own;
  const { hostname: host, port } = new URL(url);
  const urlAt = (at: number) => Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(at) }).href;
  return { host, port: Number(port), url: urlAt, close: () => own.drop() };
}

async function mongoStore(): Promise<TestStore> {
  const server = await startMongo();
  const { port } = server;
  return { host: '127.0.0.1', port, url: (at) => `mongodb://127.0.0.1:${at}/agenda`, close: () => server.close() };
}

const STORES: [string, () => Promise<TestStore>][] = [
  ['PostgreSQL', postgresStore],
  ...(hasMongo() ? ([['MongoDB', mongoStore]] as [string, () => Promise<TestStore>][]) : []),
];

describe.each(STORES)('the scheduler on %s', (_, makeStore) => {
  let store: TestStore;
  let proxy: TcpProxy;
  const schedulers: Scheduler[] = [];

  beforeAll(async () => {
    store = await makeStore();
  }, 300_000);
  afterAll(() => store.close());
  beforeEach(async () => {
    proxy = await startTcpProxy(store);
  });
  afterEach(async () => {
    await Promise.all(schedulers.splice(0).map((scheduler) => scheduler.close()));
    await proxy.close();
  });

  const start = async (jobs: RecurringJob[], drains: Drain[] = []) => {
    const scheduler = startScheduler(await createJobStore(store.url(proxy.port), log), jobs, drains, log);
    schedulers.push(scheduler);
    return scheduler;
  };
  const counting = (name: string) => {
    const runs: number[] = [];
    return { runs, job: { name, every: '1 second', run: async () => runs.push(Date.now()) } };
  };
  const queue = () => {
    const wakes: number[] = [];
    const drain: Drain = { name: 'queue', running: 0, wake: () => wakes.push(Date.now()), close: async () => {} };
    return { wakes, drain };
  };
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  test('runs a recurring job again and again, and shows it', async () => {
    const { runs, job } = counting('again');
    const scheduler = await start([job]);
    await until(() => runs.length >= 3);
    const shown = (await scheduler.jobs()).find(({ name }) => name === 'again');
    expect(shown).toMatchObject({ every: '1 second', failReason: null, failCount: 0 });
    expect(shown?.lastRunAt).toBeInstanceOf(Date);
  });

  test('runs a job in one of two processes at a time', async () => {
    const runs: number[] = [];
    let running = 0;
    let most = 0;
    const job = {
      name: 'shared',
      every: '1 second',
      run: async () => {
        runs.push(Date.now());
        most = Math.max(most, ++running);
        await pause(200);
        running--;
      },
    };
    await start([job]);
    await start([job]);
    await until(() => runs.length >= 4);
    expect(most).toBe(1);
    const [first = 0, , , fourth = 0] = runs;
    expect(fourth - first).toBeGreaterThan(1500);
  });

  test('leaves a running job its lock where another process makes the same job', async () => {
    const { backend } = await createJobStore(store.url(proxy.port), log);
    await backend.connect();
    const { repository } = backend;
    const job = { name: 'locked', type: 'single', priority: 0, data: {}, repeatInterval: '1 minute' } as const;
    const made = await repository.saveJob({ ...job, nextRunAt: new Date() }, undefined);
    const lockedAt = new Date();
    expect(await repository.lockJob({ ...made, nextRunAt: made.nextRunAt }, undefined)).toBeDefined();
    await repository.saveJob({ ...job, nextRunAt: new Date() }, undefined);
    const [kept] = (await repository.queryJobs({ name: 'locked' })).jobs;
    expect(kept?.lockedAt?.getTime()).toBeGreaterThanOrEqual(lockedAt.getTime() - 1000);
    const hourly = { ...job, repeatInterval: '1 hour', nextRunAt: new Date(Date.now() + 3_600_000) };
    await repository.saveJob(hourly, undefined);
    const { jobs } = await repository.queryJobs({ name: 'locked' });
    expect(jobs).toMatchObject([{ repeatInterval: '1 hour', lockedAt: kept?.lockedAt }]);
    await backend.disconnect();
  });

  test('keeps a long job to one process, and shows one that fails', async () => {
    let started = 0;
    const long = { name: 'long', every: '1 second', run: async () => ++started && (await pause(5000)) };
    const failing = { name: 'failing', every: '1 second', run: () => Promise.reject(new Error('as it should')) };
    const scheduler = await start([long, failing]);
    await start([long]);
    await until(() => started > 0);
    await pause(4000);
    expect(started).toBe(1);
    const shown = async () => (await scheduler.jobs()).find(({ name }) => name === 'failing');
    await until(async () => (await shown())?.failReason != null);
    expect((await shown())?.failReason).toContain('as it should');
  });

  test('wakes the queues itself while the store is away, and runs the jobs once it is back', async () => {
    const { runs, job } = counting('back');
    const { wakes, drain } = queue();
    const scheduler = await start([job], [drain]);
    await until(() => runs.length >= 1);
    await proxy.cut();
    await pause(4500);
    const during = wakes.length;
    const ran = runs.length;
    await until(() => wakes.length - during >= 3);
    expect(runs.length).toBe(ran);
    // Of Node's own realm, so no instance of the test's Error.
    await expect(scheduler.jobs()).rejects.toThrow(/./);
    await proxy.restore();
    await until(() => runs.length > ran);
  }, 60_000);

  test('starts without the store, and finds it later', async () => {
    await proxy.cut();
    const { runs, job } = counting('late');
    const { wakes, drain } = queue();
    await start([job], [drain]);
    await until(() => wakes.length >= 2);
    expect(runs).toHaveLength(0);
    await proxy.restore();
    await until(() => runs.length >= 1);
  }, 60_000);

  test('ends in time although the store is away', async () => {
    const { runs, job } = counting('ending');
    const scheduler = await start([job]);
    await until(() => runs.length >= 1);
    await proxy.cut();
    const started = Date.now();
    await scheduler.close();
    schedulers.splice(0);
    expect(Date.now() - started).toBeLessThan(20_000);
  });
});
