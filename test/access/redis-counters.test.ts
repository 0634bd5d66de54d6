import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { hasRedis, startRedis, type RedisServer } from '../support/redis.js';
import { byId } from '../support/search-message.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

const suite = hasRedis() ? describe : describe.skip;

suite('rate limits over Redis', () => {
  let redis: RedisServer;
  let proxy: TcpProxy;
  let a: TestGateway;
  let b: TestGateway;

  beforeAll(async () => {
    redis = await startRedis();
    proxy = await startTcpProxy({ host: '127.0.0.1', port: Number(new URL(redis.url).port) });
    const env = { REDIS_URL: `redis://127.0.0.1:${proxy.port}` };
    a = await startTestGateway({ env });
    b = await startTestGateway({ databaseUrl: a.databaseUrl, env: { ...env, PUBLIC_URL: a.url } });
  });
  afterAll(async () => {
    await b?.close();
    await a?.close();
    await proxy?.close();
    await redis?.close();
  });

  const ask = async (partner: Partner, gateway: TestGateway) => {
    const response = await fetch(`${gateway.url}/dci/v1/social/registry/sync/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${partner.token}` },
      body: JSON.stringify(await partner.envelope('search', byId('1'))),
    });
    await response.body?.cancel();
    return response.status;
  };

  test('hold for all processes together, and leave PostgreSQL alone', async () => {
    const partner = await createPartner(a, { sender: { rateLimitPerMinute: 3 } });
    const statuses = [];
    for (const gateway of [a, b, a, b, a]) statuses.push(await ask(partner, gateway));
    expect(statuses).toEqual([200, 200, 200, 429, 429]);
    expect(await a.database.query('select 1 from spent_quota')).toEqual([]);
  });

  test('hold per process while Redis is silent, and for all together once it speaks', async () => {
    const partner = await createPartner(a, { sender: { rateLimitPerMinute: 2 } });
    proxy.silence();
    const statuses = [];
    for (let request = 0; request < 4; request++) statuses.push(await ask(partner, a));
    expect(statuses).toEqual([200, 200, 429, 429]);
    proxy.speak();
    await until(async () => {
      const next = await createPartner(a, { sender: { rateLimitPerMinute: 1 } });
      return (await ask(next, a)) === 200 && (await ask(next, b)) === 429;
    });
  });

  test('hold per process while Redis is away', async () => {
    const partner = await createPartner(a, { sender: { rateLimitPerMinute: 2 } });
    await redis.close();
    const statuses = [];
    for (let request = 0; request < 4; request++) statuses.push(await ask(partner, a));
    expect(statuses).toEqual([200, 200, 429, 429]);
  });
});
