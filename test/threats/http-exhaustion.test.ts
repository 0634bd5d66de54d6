/** Bodies of 50 MB, any origin of a browser, faults that hang a request. */
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

const SEARCH = '/dci/v1/social/registry/sync/search';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway();
});
afterAll(() => gateway?.close());

test('a body beyond the limit is refused as a whole', async () => {
  const partner = await createPartner(gateway);
  const response = await fetch(`${gateway.url}${SEARCH}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${partner.token}` },
    body: JSON.stringify({ ...(await partner.envelope('search', byId('1'))), padding: 'x'.repeat(2 ** 21) }),
  });
  expect(response.status).toBe(413);
  expect(await response.json()).toMatchObject({ message: { error: { code: 'err.request.bad' } } });
});

test.each([SEARCH, '/oauth2/token', '/graphql'])(
  '%s lets no foreign page of a browser read an answer',
  async (path) => {
    const preflight = await fetch(`${gateway.url}${path}`, {
      method: 'OPTIONS',
      headers: { origin: 'https://evil.example', 'access-control-request-method': 'POST' },
    });
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull();
    const post = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { origin: 'https://evil.example' },
      body: '{}',
    });
    expect(post.headers.get('access-control-allow-origin')).toBeNull();
    expect(post.status).toBeGreaterThanOrEqual(400);
    expect(post.status).toBeLessThan(500);
  },
);

test.each(['GET', 'PUT', 'DELETE', 'PATCH'])('%s is no way in', async (method) => {
  const response = await fetch(`${gateway.url}${SEARCH}`, { method });
  expect(response.status).toBe(405);
});
