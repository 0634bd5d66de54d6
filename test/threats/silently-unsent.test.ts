/** Without a worker, messages are enqueued and silently never sent. Here everybody can see that they wait. */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';

describe('a gateway without a worker', () => {
  let gateway: TestGateway;
  let partner: Partner;
  beforeAll(async () => {
    gateway = await startTestGateway({ env: { ROLE: 'api' } });
    partner = await createPartner(gateway);
  });
  afterAll(() => gateway.close());

  const waiting = async (): Promise<number> => {
    const page = await (await fetch(`${gateway.url}/metrics`)).text();
    return Number(/dci_queue_waiting\{queue="process-requests"\} (\d+)/.exec(page)?.[1]);
  };

  test('shows what waits, in its metrics and to an administrator', async () => {
    expect(await waiting()).toBe(0);
    const { status } = await partner.send('social/registry/search', 'search', searchById('1'), {
      sender_uri: 'http://127.0.0.1:9/on-search',
    });
    expect(status).toBe(202);
    expect(await waiting()).toBe(1);
    const { overview } = await gateway.admin<{
      overview: { jobs: { queues: { name: string; waiting: number; oldestDueAt: string }[] } };
    }>('{ overview { jobs { queues { name waiting oldestDueAt } } } }');
    expect(overview.jobs.queues).toContainEqual({
      name: 'process-requests',
      waiting: 1,
      oldestDueAt: expect.any(String),
    });
  });
});
