/** HTTP manners: what a path takes, and who else may call it from a browser (nobody). */
import { startTestGateway, type TestGateway } from '../support/gateway.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { ROLE: 'api' } });
});
afterAll(() => gateway?.close());

const call = (method: string, path: string) =>
  fetch(`${gateway.url}${path}`, { method, headers: { origin: 'https://elsewhere.example' } });

const POSTED = [
  '/dci/v1/social/registry/sync/search',
  '/dci/v1/sr/registry/search',
  '/dci/v1/crvs/registry/upload/search',
  '/dci/v1/ibr/registry/notify',
  '/dci/v1/verify',
];
const READ = ['/dci/v1/openapi.json', '/dci/v1/docs', '/dci/v1/docs/rapidoc-min.js'];

describe.each([...POSTED.map((path) => [path, 'POST']), ...READ.map((path) => [path, 'GET, HEAD'])])(
  '%s takes %s',
  (path, allow) => {
    const others = ['GET', 'PUT', 'PATCH', 'DELETE', 'POST'].filter((method) => !allow.includes(method));

    test.each(others)('and refuses %s in both error forms', async (method) => {
      const response = await call(method, path);
      expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({ status: 405, allow });
      expect(await response.json()).toMatchObject({
        errors: [{ code: 'err.request.bad', message: `${method}: this path takes ${allow}` }],
        message: { ack_status: 'ERR', error: { code: 'err.request.bad' } },
        error_id: expect.any(String),
      });
    });

    test('tells OPTIONS so, and lets no other origin in', async () => {
      const response = await call('OPTIONS', path);
      expect({ ok: response.ok, allow: response.headers.get('allow') }).toEqual({ ok: true, allow });
      expect([...response.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    });

    test('answers HEAD without a body', async () => {
      const response = await call('HEAD', path);
      expect(response.status).toBe(allow === 'POST' ? 405 : 200);
      expect(await response.text()).toBe('');
    });
  },
);

test.each([
  ['GET', '/oauth2/token', 'POST'],
  ['PUT', '/oauth2/client/token', 'POST'],
  ['POST', '/.well-known/jwks.json', 'GET, HEAD'],
  ['DELETE', '/.well-known/oauth-authorization-server', 'GET, HEAD'],
])('%s of %s is refused in the form of OAuth2', async (method, path, allow) => {
  const response = await call(method, path);
  expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({ status: 405, allow });
  expect(await response.json()).toMatchObject({ error: 'invalid_request', errors: [{ code: 'invalid_request' }] });
  expect((await call('OPTIONS', path)).status).toBe(204);
});

test('an unknown path is no more known by another method', async () => {
  for (const method of ['GET', 'POST', 'OPTIONS'])
    expect((await call(method, '/dci/v1/social/registry/nothing')).status).toBe(404);
});

test('a compressed body that is none is refused, not a fault', async () => {
  const response = await fetch(`${gateway.url}${POSTED[0]}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: '{}',
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining('Content-Encoding') }] });
});
