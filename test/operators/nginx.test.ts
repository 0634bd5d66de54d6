/** deploy/nginx before three real processes: what it passes on, what it keeps out, and a rollout that no partner notices. */
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../support/documents.js';
import { clientOf, startFleet, type Fleet } from '../support/fleet.js';
import { hasNginx, startNginx, type Nginx } from '../support/nginx.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { createTestDatabase } from '../support/postgres.js';

const PEM = readFileSync(join(ROOT, 'test/support/tls/partner.test.pem'), 'utf8');
const SEARCH = '/dci/v1/social/registry/sync/search';
const AT_ONCE = 4;

(hasNginx() ? describe : describe.skip)('behind nginx', () => {
  const opened = new AsyncDisposableStack();
  let fleet: Fleet;
  let nginx: Nginx;
  let gateway: ReturnType<typeof clientOf>;

  beforeAll(async () => {
    const database = await createTestDatabase();
    opened.defer(() => database.drop());
    const env = { TRUST_PROXY: '127.0.0.1', MTLS_HEADER: 'X-Client-Cert' };
    fleet = await startFleet(database.url, { api: 3, workers: 0, env });
    opened.defer(() => fleet.close());
    nginx = await startNginx(fleet.api.map(({ url }) => new URL(url).port));
    opened.defer(() => nginx.close());
    gateway = clientOf(fleet);
  }, 180_000);
  afterAll(() => opened.disposeAsync());

  const headers = (token: string) => ({ authorization: `Bearer ${token}`, 'content-type': 'application/json' });
  const search = async (partner: Partner): Promise<number> => {
    const body = JSON.stringify(await partner.envelope('search', searchById('1')));
    return (await nginx.ask(SEARCH, { method: 'POST', headers: headers(partner.token), body })).status;
  };

  test('a partner is known by the certificate that it shows, and by none that it writes', async () => {
    const { fingerprint256 } = new X509Certificate(PEM);
    const { clientId } = await createPartner(gateway, { sender: { tlsThumbprints: [fingerprint256] } });
    const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId }).toString();
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    const token = async (written: Record<string, string>, withCertificate: boolean) =>
      (await nginx.ask('/oauth2/token', { method: 'POST', headers: { ...form, ...written }, body, withCertificate }))
        .status;
    const forged = { 'X-Client-Cert': encodeURIComponent(PEM), X_Client_Cert: encodeURIComponent(PEM) };
    expect(await token({}, true)).toBe(200);
    expect(await token({}, false)).toBe(401);
    expect(await token(forged, false)).toBe(401);
  });

  test('metrics are not for whoever comes, WebSockets are', async () => {
    expect(await nginx.ask('/metrics')).toMatchObject({ status: 404 });
    expect(await nginx.ask('/healthz')).toMatchObject({ status: 200 });
    const upgrade = { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' };
    const key = { 'sec-websocket-key': Buffer.alloc(16).toString('base64') };
    const live = { ...upgrade, ...key, 'sec-websocket-protocol': 'graphql-transport-ws' };
    expect(await nginx.ask('/graphql', { headers: live })).toMatchObject({ status: 101 });
  });

  test('processes are replaced one by one, and every message is answered and done once', async () => {
    const partner = await createPartner(gateway, { sender: { rateLimitPerMinute: 1_000_000 } });
    const statuses: number[] = [];
    const ended = new AbortController();
    const asking = Array.from({ length: AT_ONCE }, async () => {
      while (!ended.signal.aborted) statuses.push(await search(partner));
    });
    for (const one of fleet.api) {
      await one.stop();
      await one.start();
    }
    ended.abort();
    await Promise.all(asking);
    expect(statuses.length).toBeGreaterThan(100);
    expect(statuses.filter((status) => status !== 200)).toEqual([]);
    const { transactions } = await gateway.admin<{ transactions: { totalCount: number } }>(
      'query ($senderId: String!) { transactions(filter: { senderId: $senderId }) { totalCount } }',
      { senderId: partner.senderId },
    );
    expect(transactions.totalCount).toBe(statuses.length);
  }, 180_000);
});
