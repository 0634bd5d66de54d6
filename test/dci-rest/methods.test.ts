/** HTTP manners: what a path takes, and who else may call it from a browser (nobody). */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { json as jsonOf } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { signHttpRequest } from '../../src/protocol/signature/http.profile.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({
    env: { ROLE: 'api', SECURITY_CONTACT: 'mailto:security@registry.example,https://registry.example/report' },
  });
});
afterAll(() => gateway?.close());

const call = (method: string, path: string) =>
  fetch(`${gateway.url}${path}`, { method, headers: { origin: 'https://elsewhere.example' } });

describe('where others begin', () => {
  test('the catalog names each interface, and what it names is there', async () => {
    const response = await call('GET', '/.well-known/api-catalog');
    expect(response.headers.get('content-type')).toMatch(/^application\/linkset\+json; ?profile=/);
    expect(response.headers.get('link')).toBe(`<${gateway.url}/.well-known/api-catalog>; rel="api-catalog"`);
    const { linkset } = (await response.json()) as { linkset: Record<string, unknown>[] };
    expect(linkset.map(({ anchor }) => anchor)).toEqual(
      ['/.well-known/api-catalog', '/dci/v1', '/graphql'].map((path) => `${gateway.url}${path}`),
    );
    const described = linkset
      .flatMap((one) => [one['service-desc'], one['service-doc'], one['service-meta'], one['status']].flat())
      .filter((link) => link !== undefined) as { href: string; type: string }[];
    for (const { href, type } of described) {
      const there = await fetch(href, { headers: { accept: type } });
      expect([href, there.status, there.headers.get('content-type')?.split(';')[0]]).toEqual([href, 200, type]);
    }
    expect((await call('POST', '/.well-known/api-catalog')).status).toBe(405);
  });

  test('security.txt says whom to tell, for how long it is good, and where it stands', async () => {
    const response = await call('GET', '/.well-known/security.txt');
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    const text = await response.text();
    expect(text).toMatch(/^Contact: mailto:security@registry.example\nContact: https:\/\/registry.example\/report\n/);
    expect(text).toContain(`\nCanonical: ${gateway.url}/.well-known/security.txt\n`);
    const [, expires = ''] = /^Expires: (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)$/m.exec(text) ?? [];
    const days = (Date.parse(expires) - Date.now()) / 86_400_000;
    expect(days).toBeGreaterThan(30);
    expect(days).toBeLessThan(365);
  });
});

const POSTED = [
  '/dci/v1/social/registry/sync/search',
  '/dci/v1/sr/registry/search',
  '/dci/v1/crvs/registry/upload/search',
  '/dci/v1/ibr/registry/notify',
  '/dci/v1/verify',
];
const READ = ['/dci/v1/openapi.json', '/dci/v1/docs', '/dci/v1/docs/scalar.js'];

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

test.each([
  ['/oauth2/token', 'grant_type=client_credentials', 400],
  ['/graphql', '{"query":"{ __typename }"}', 401],
  ['/dci/v1/social/registry/sync/search', '{}', 401],
])("an offer of HTTP/2, as Java's client makes it, changes nothing at %s", async (path, body, status) => {
  const offer = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAEAAEAAAAIAAAAA' };
  const type = body.startsWith('{') ? 'application/json' : 'application/x-www-form-urlencoded';
  const asking = httpRequest(`${gateway.url}${path}`, { method: 'POST', headers: { ...offer, 'content-type': type } });
  asking.end(body);
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  const told = (await jsonOf(answer)) as { errors: unknown[] };
  expect(answer.statusCode).toBe(status);
  expect(told.errors).toHaveLength(1);
});

test('an unknown path is no more known by another method', async () => {
  for (const method of ['GET', 'POST', 'OPTIONS'])
    expect((await call(method, '/dci/v1/social/registry/nothing')).status).toBe(404);
});

describe('outside the interfaces', () => {
  const body = async (response: Response) => {
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    const text = await response.text();
    expect(text).not.toMatch(/<|node_modules|\.js:|URIError/);
    return JSON.parse(text) as unknown;
  };
  const refused = (code: string, message: unknown) => ({
    errors: [{ code, message }],
    message: { ack_status: 'ERR', correlation_id: expect.any(String), error: { code, message } },
    error_id: expect.any(String),
  });

  test.each([
    ['GET', '/'],
    ['POST', '/search'],
    ['GET', '/dci/v2/social/registry/sync/search'],
    ['POST', '/graphql/v2'],
    ['GET', '/graphql/graphiql/none.css'],
    ['GET', '/console/assets/none.css'],
    ['GET', '/.well-known/none'],
  ])('%s %s is 404 in both error forms', async (method, path) => {
    const response = await call(method, path);
    expect(response.status).toBe(404);
    const message = `${method} ${path}: no such path; see /dci/v1/docs, /graphql and /console`;
    expect(await body(response)).toMatchObject(refused('err.request.not_found', message));
  });

  test.each([
    ['PUT', '/graphql', 'GET, HEAD, POST'],
    ['DELETE', '/graphql', 'GET, HEAD, POST'],
    ['POST', '/graphql/graphiql/graphiql.js', 'GET, HEAD'],
    ['POST', '/console', 'GET, HEAD'],
    ['DELETE', '/console/senders', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
    ['PATCH', '/readyz', 'GET, HEAD'],
    ['POST', '/metrics', 'GET, HEAD'],
    ['GET', '/files/imports/1/content', 'PUT'],
    ['GET', '/files/imports/1/refused', 'POST'],
  ])('%s %s is 405 and told what the path takes', async (method, path, allow) => {
    const response = await call(method, path);
    expect({ status: response.status, allow: response.headers.get('allow') }).toEqual({ status: 405, allow });
    expect(await body(response)).toMatchObject(refused('err.request.bad', `${method}: this path takes ${allow}`));
    const options = await call('OPTIONS', path);
    expect({ status: options.status, allow: options.headers.get('allow') }).toEqual({ status: 204, allow });
    expect([...options.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  test.each(['/console/%ff', '/graphql/graphiql/%ff'])('%s cannot be read, which is no fault of ours', async (path) => {
    const response = await call('GET', path);
    expect(response.status).toBe(400);
    expect(await body(response)).toMatchObject(
      refused('err.request.bad', 'the request could not be read: check path, headers and encoding'),
    );
  });

  test('what these paths take still works', async () => {
    const page = await fetch(`${gateway.url}/graphql`, { headers: { accept: 'text/html' } });
    expect({ status: page.status, type: page.headers.get('content-type') }).toEqual({
      status: 200,
      type: 'text/html; charset=utf-8',
    });
    for (const path of ['/healthz', '/metrics', '/graphql/graphiql/graphiql.css'])
      expect({ path, status: (await call('HEAD', path)).status }).toEqual({ path, status: 200 });
    expect(await gateway.admin('{ me { kind } }')).toEqual({ me: { kind: 'admin' } });
  });
});

test('a compressed body that is none is refused, not a fault', async () => {
  const { token } = await createPartner(gateway);
  const response = await fetch(`${gateway.url}${POSTED[0]}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'content-encoding': 'gzip' },
    body: '{}',
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining('Content-Encoding') }] });
});

test.each(['/dci/v1/search', '/graphql'])(
  '%s takes a compressed body that is signed as it is sent, or as it was',
  async (path) => {
    const { senderId, token, key } = await createPartner(gateway);
    const message = { transaction_id: 't', sender_id: senderId, search_criteria: { national_id: '1' } };
    const plain = Buffer.from(JSON.stringify(path === '/graphql' ? { query: '{ me { senderId } }' } : message));
    const authorization = `Bearer ${token}`;
    const post = async (signed: Buffer, sent: Buffer) => {
      const request = { method: 'POST', targetUri: `${gateway.url}${path}`, headers: { authorization }, body: signed };
      const signature = signHttpRequest(request, key, { senderId, now: new Date(), nonce: randomUUID() });
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip', authorization, ...signature };
      const response = await fetch(`${gateway.url}${path}`, { method: 'POST', headers, body: new Uint8Array(sent) });
      return JSON.stringify(await response.json()).includes('Content-Digest') ? 'refused' : response.status;
    };
    const coded = gzipSync(plain);
    expect(await post(coded, coded)).toBe(200);
    expect(await post(plain, coded)).toBe(200);
    const other = gzipSync(Buffer.concat([plain, Buffer.from(' ')]));
    expect(await post(coded, other)).toBe('refused');
    expect(await post(plain, other)).toBe('refused');
  },
);

test('a message is answered alike in whatever form HTTP brings it, and one that is not whole is refused', async () => {
  const partner = await createPartner(gateway);
  const path = '/dci/v1/social/registry/sync/search';
  type Form = (text: string) => NonNullable<RequestInit['body']>;
  const post = async (to: string, headers: Record<string, string> = {}, form: Form = (text) => text) => {
    const response = await fetch(`${gateway.url}${to}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${partner.token}`, ...headers },
      body: form(JSON.stringify(await partner.envelope('search', byId('1')))),
      duplex: 'half',
    });
    const { header, error_id: errorId } = (await response.json()) as Record<string, { status?: string }>;
    const { 'content-type': type, 'x-content-type-options': sniff } = Object.fromEntries(response.headers);
    return { status: response.status, type, sniff, told: header?.status ?? typeof errorId };
  };
  const answered = { status: 200, type: 'application/json; charset=utf-8', sniff: 'nosniff', told: 'succ' };
  expect(await post(path)).toEqual(answered);
  expect(await post(`${path}?x=1`)).toEqual(answered);
  expect(await post(`${path}/`)).toEqual(answered);
  expect(await post(path.toUpperCase())).toEqual(answered);
  expect(await post(path, {}, (text) => new Blob([text]).stream())).toEqual(answered);
  expect(await post(path, { 'content-encoding': 'gzip' }, (text) => gzipSync(text))).toEqual(answered);
  const refused = { ...answered, status: 400, told: 'string' };
  expect(await post(path, {}, (text) => text.slice(0, -9))).toEqual(refused);
  expect(await post(path, { 'content-encoding': 'gzip' })).toEqual(refused);
});
