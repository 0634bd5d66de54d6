/** `/readyz` tells what is missing; `/healthz` only that the process lives. */
import { Writable } from 'node:stream';
import { Client, Pool } from 'pg';
import { watchTail } from '../../src/jobs/watch-tail.job.js';
import { createLog } from '../../src/platform/log.js';
import { uuidv7 } from '../../src/platform/uuid.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

let store: TestDatabase;
let proxy: TcpProxy;
let gateway: TestGateway;
const logged: string[] = [];

beforeAll(async () => {
  store = await createTestDatabase({ template: false });
  const url = new URL(store.url);
  proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  const sink = new Writable({ write: (line: Buffer, _, done) => (logged.push(line.toString()), done()) });
  gateway = await startTestGateway({ env: { JOBS_URL: url.href }, log: createLog('warn', sink) });
});
afterAll(async () => {
  await gateway.close();
  await proxy.close();
  await store.drop();
});

const ready = async () => {
  const response = await fetch(`${gateway.url}/readyz`);
  const { checks } = (await response.json()) as { checks: Record<string, string> };
  return { status: response.status, checks };
};

async function becomes(status: number): Promise<Awaited<ReturnType<typeof ready>>> {
  for (const deadline = Date.now() + 20_000; ;) {
    const answer = await ready();
    if (answer.status === status || Date.now() > deadline) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

test('a transaction that holds up live changes and seals is told by name, and the process serves', async () => {
  const late = new Client({ connectionString: gateway.databaseUrl, application_name: 'forgotten' });
  await late.connect();
  await late.query('begin; select pg_current_xact_id()');
  await gateway.database.query(
    `insert into outbox_event (id, topic, subject, created_at) values ($1, 'transaction', $1, now() - interval '70 seconds')`,
    [uuidv7()],
  );
  const response = await fetch(`${gateway.url}/readyz`);
  expect(await response.json()).toMatchObject({
    warnings: { tail: expect.stringMatching(/have waited 7\d s for an open transaction/) },
  });
  const { overview } = await gateway.admin<{ overview: { tailHeldBy: unknown } }>(
    '{ overview { tailHeldBy { pid application openSeconds } } }',
  );
  expect(overview.tailHeldBy).toMatchObject({ application: 'forgotten' });
  await watchTail(gateway.services);
  const alarm = /"application":"forgotten".*wait for a transaction of this database/;
  expect(logged).toContainEqual(expect.stringMatching(alarm));
  await late.query('rollback');
  await late.end();
  expect(await (await fetch(`${gateway.url}/readyz`)).json()).toMatchObject({ warnings: {} });
});

test('a clock that was ahead leaves no job standing still: it is told, and the jobs run again', async () => {
  expect(await becomes(200)).toMatchObject({ status: 200 });
  const jobs = new Pool({ connectionString: store.url, max: 1 });
  const count = async (which: string) =>
    (await jobs.query<{ n: number }>(`select count(*)::int as n from agenda_jobs where next_run_at ${which}`)).rows[0]
      ?.n ?? 0;
  // A job under way writes its own next run when it ends, so all have ended once and wait.
  await until(
    async () => (await count('is not null')) > 8 && (await count('is null or last_finished_at is null')) === 0,
  );
  // As a process leaves it behind whose clock was three hours ahead; it is put right every few seconds.
  const ahead = `update agenda_jobs set next_run_at = now() + interval '3 hours' where next_run_at is not null`;
  await until(async () => {
    await jobs.query(ahead);
    const { status, checks } = await ready();
    return status === 503 && checks['jobs'] === 'failed';
  });
  expect(await becomes(200)).toMatchObject({ status: 200, checks: { jobs: 'ok' } });
  expect(await count(`> now() + interval '2 hours'`)).toBe(0);
  await until(() => logged.some((line) => line.includes('the clock was ahead') && line.includes('retention')));
  await jobs.end();
});

test('is ready with database, jobs and key, and not while the job store is away', async () => {
  expect(await becomes(200)).toMatchObject({ status: 200, checks: { database: 'ok', jobs: 'ok', key: 'ok' } });
  await proxy.cut();
  expect(await becomes(503)).toMatchObject({ status: 503, checks: { database: 'ok', jobs: 'failed', key: 'ok' } });
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  await proxy.restore();
  expect(await becomes(200)).toMatchObject({ status: 200 });
});
