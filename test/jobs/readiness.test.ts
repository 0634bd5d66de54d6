/** `/readyz` tells what is missing; `/healthz` only that the process lives. */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

let store: TestDatabase;
let proxy: TcpProxy;
let gateway: TestGateway;

beforeAll(async () => {
  store = await createTestDatabase({ template: false });
  const url = new URL(store.url);
  proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  url.port = String(proxy.port);
  gateway = await startTestGateway({ env: { JOBS_URL: url.href } });
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

test('is ready with database, jobs and key, and not while the job store is away', async () => {
  expect(await becomes(200)).toMatchObject({ status: 200, checks: { database: 'ok', jobs: 'ok', key: 'ok' } });
  await proxy.cut();
  expect(await becomes(503)).toMatchObject({ status: 503, checks: { database: 'ok', jobs: 'failed', key: 'ok' } });
  expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
  await proxy.restore();
  expect(await becomes(200)).toMatchObject({ status: 200 });
});
