/** Rate windows that restart with each request, checks that race, 0 that means 60, no Retry-After. */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway?.close());

const limitedTo = async (rateLimitPerMinute: number) => {
  const partner = await createPartner(gateway, { sender: { rateLimitPerMinute } });
  return async () => partner.send('social/registry/sync/search', 'search', byId('1'));
};

test('requests at the same moment cannot pass the limit together', async () => {
  const ask = await limitedTo(10);
  const answers = await Promise.all(Array.from({ length: 25 }, () => ask()));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  const waits = answers.filter(({ status }) => status === 429).map(({ headers }) => Number(headers.get('retry-after')));
  expect(Math.min(...waits)).toBeGreaterThan(0);
});

test('0 means none', async () => {
  const ask = await limitedTo(0);
  expect((await ask()).status).toBe(429);
});

test('a refused request does not lengthen the wait', async () => {
  const ask = await limitedTo(1);
  await ask();
  const waits = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    waits.push(Number((await ask()).headers.get('retry-after')));
    await new Promise((resolve) => setTimeout(resolve, 600));
  }
  expect(waits).toEqual([...waits].sort((a, b) => b - a));
  expect(waits[2]).toBeLessThan(waits[0] ?? 0);
});
