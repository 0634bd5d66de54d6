/** Bodies of 50 MB, any origin of a browser, more requests than can be answered, and callers who do not wait for theirs. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner } from '../support/partner.js';
import { byId } from '../support/search-message.js';
import { until } from '../support/until.js';

const SEARCH = '/dci/v1/social/registry/sync/search';

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ env: { MAX_REQUESTS_AT_ONCE: '3', ROLE: 'api' } });
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

test('beyond the crowd that is served everybody is told to come again, and the probes are answered', async () => {
  const partner = await createPartner(gateway);
  const { admission } = gateway.services;
  const client = await gateway.database.pool.connect();
  const search = () => partner.send('social/registry/sync/search', 'search', byId('1'));
  try {
    await client.query('begin; lock table record_identifier in access exclusive mode');
    const waiting = [search(), search(), search()];
    await until(() => admission.underWay === 3);
    const envelope = await partner.envelope('search', byId('2'));
    // However a request comes, straight or through the routers, and whatever it is about.
    for (const path of [SEARCH, `${SEARCH}?again`, SEARCH.replace('/sync', '')]) {
      const refused = await partner.post(path, envelope);
      expect({ status: refused.status, after: refused.headers.get('retry-after') }).toEqual({
        status: 503,
        after: '1',
      });
      expect(refused.body).toMatchObject({
        errors: [{ code: 'err.service.unavailable' }],
        message: { ack_status: 'ERR', error: { code: 'err.service.unavailable' } },
        error_id: expect.any(String),
      });
    }
    const graphql = await partner.postHttpSigned('/graphql', { query: '{ __typename }' });
    expect([graphql.status, graphql.headers.get('retry-after')]).toEqual([503, '1']);
    for (const probe of ['/healthz', '/readyz']) expect((await fetch(`${gateway.url}${probe}`)).status).toBe(200);
    await client.query('commit');
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
    await until(() => admission.underWay === 0);
    // Nothing was kept of it: the very same message is answered now.
    expect((await partner.post(SEARCH, envelope)).status).toBe(200);
    const rows = await gateway.database.query('select status from transaction where sender_id = $1', [
      partner.senderId,
    ]);
    expect(rows).toEqual(Array.from({ length: 4 }, () => ({ status: 'SUCCEEDED' })));
  } finally {
    await client.query('rollback');
    client.release();
  }
});

const inflating = gzipSync(JSON.stringify({ query: '{ me { __typename } }', padding: 'x'.repeat(900_000) }));
const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };

/** Is gone before its body is inflated. */
async function sendAndLeave(path: string): Promise<void> {
  const { hostname, port } = new URL(gateway.url);
  const lines = Object.entries({ ...headers, 'content-length': inflating.length }).map(
    ([name, of]) => `${name}: ${of}`,
  );
  const head = [`POST ${path} HTTP/1.1`, `host: ${hostname}`, ...lines, '', ''].join('\r\n');
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(Buffer.concat([Buffer.from(head), inflating]), () => socket.resetAndDestroy());
  await once(socket, 'close');
}

test.each(['/graphql', '/admin/session'])('who leaves before %s answers takes no place for ever', async (path) => {
  for (let time = 0; time < 20; time += 1) await sendAndLeave(path);
  // Inflated behind all of them.
  await fetch(`${gateway.url}${path}`, { method: 'POST', headers, body: inflating });
  expect(await until(() => gateway.services.admission.underWay === 0)).toBe(true);
});
