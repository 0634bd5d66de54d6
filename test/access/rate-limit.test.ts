import { randomUUID } from 'node:crypto';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

const SEARCH = 'social/registry/sync/search';

describe('two gateways on one database', () => {
  let a: TestGateway;
  let b: TestGateway;

  beforeAll(async () => {
    a = await startTestGateway();
    b = await startTestGateway({ databaseUrl: a.databaseUrl, env: { PUBLIC_URL: a.url } });
  });
  afterAll(async () => {
    await b.close();
    await a.close();
  });

  /** The same signed message could be answered from store, so each is a new one. */
  const ask = (partner: Partner, gateway: TestGateway) =>
    partner.envelope('search', byId('1')).then((body) =>
      fetch(`${gateway.url}/dci/v1/${SEARCH}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${partner.token}` },
        body: JSON.stringify(body),
      }),
    );

  test('hold a sender to one limit, and tell it what is left and when to come again', async () => {
    const partner = await createPartner(a, { sender: { rateLimitPerMinute: 3, rateLimitPerDay: 1000 } });
    const first = await ask(partner, a);
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-policy')).toBe('"minute";q=3;w=60, "day";q=1000;w=86400');
    expect(first.headers.get('ratelimit')).toMatch(/^"minute";r=2;t=(60|59), "day";r=999;t=86(400|399)$/);
    expect((await ask(partner, b)).status).toBe(200);
    expect((await ask(partner, a)).status).toBe(200);
    for (const gateway of [a, b]) {
      const refused = await ask(partner, gateway);
      expect(refused.status).toBe(429);
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
      expect(refused.headers.get('ratelimit')).toMatch(/^"minute";r=0;t=\d+$/);
      expect(await refused.json()).toMatchObject({
        message: { ack_status: 'ERR', error: { code: 'err.request.too_many_requests' } },
      });
    }
  });

  test('hold it to a day as well', async () => {
    const partner = await createPartner(a, { sender: { rateLimitPerDay: 2 } });
    expect([(await ask(partner, a)).status, (await ask(partner, b)).status]).toEqual([200, 200]);
    const refused = await ask(partner, a);
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(86_000);
  });

  test('let nothing through where the limit is 0', async () => {
    const partner = await createPartner(a, { sender: { rateLimitPerMinute: 0 } });
    expect((await ask(partner, a)).status).toBe(429);
  });

  test('do not let a forged message spend the quota of the sender it names', async () => {
    const partner = await createPartner(a, { sender: { rateLimitPerMinute: 1 } });
    const stranger = await createPartner(a);
    const forged = await partner.envelope('search', byId('1'));
    for (let attempt = 0; attempt < 3; attempt++) {
      const asOther = await stranger.post(`/dci/v1/${SEARCH}`, forged);
      expect(asOther.body.message.error.code).toBe('err.sender_id.invalid');
      const unsigned = await partner.post(`/dci/v1/${SEARCH}`, { ...forged, signature: 'forged' });
      expect(unsigned.status).toBe(401);
    }
    expect((await ask(partner, a)).status).toBe(200);
  });

  test('weigh a message by its items', async () => {
    const partner = await createPartner(a, { sender: { rateLimitPerMinute: 3 } });
    const message = byId('1');
    const [item] = message['search_request'] as object[];
    const items = Array.from({ length: 25 }, (_, index) => ({ ...item, reference_id: `r-${index}` }));
    const answer = await partner.send(SEARCH, 'search', { ...message, search_request: items }, { total_count: 25 });
    expect(answer.headers.get('ratelimit')).toMatch(/^"minute";r=0;/);
  });
});

describe('callers who prove nothing', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startTestGateway({ env: { ADDRESS_LIMIT_PER_MINUTE: '10', TRUST_PROXY: '127.0.0.1' } });
  });
  afterAll(() => gateway.close());

  const knock = (address: string, path = `/dci/v1/${SEARCH}`) =>
    fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer guess', 'x-forwarded-for': address },
      body: '{}',
    });

  test('are limited by address, partners at the same address are not', async () => {
    const partner = await createPartner(gateway);
    const statuses: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) statuses.push((await knock('203.0.113.7')).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    const refused = await knock('203.0.113.7');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await knock('203.0.113.8')).status).toBe(401);
    const body = await partner.envelope('search', byId('1'));
    expect((await partner.post(`/dci/v1/${SEARCH}`, body, { 'x-forwarded-for': '203.0.113.7' })).status).toBe(200);
  });

  test('cannot escape within their IPv6 network', async () => {
    for (let attempt = 0; attempt < 10; attempt++) await knock(`2001:db8:1:2::${attempt.toString(16)}`);
    expect((await knock('2001:db8:1:2:ffff:ffff:ffff:ffff')).status).toBe(429);
    expect((await knock('2001:db8:1:3::1')).status).toBe(401);
  });

  test('cannot guess secrets at the token endpoint', async () => {
    const guess = (secret: string) =>
      fetch(`${gateway.url}/oauth2/token`, {
        method: 'POST',
        headers: { 'x-forwarded-for': '203.0.113.20' },
        body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'x', client_secret: secret }),
      });
    for (let attempt = 0; attempt < 10; attempt++) expect((await guess(randomUUID())).status).toBe(401);
    const refused = await guess('another');
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ error: 'temporarily_unavailable' });
  });

  test('leave one row a window in the audit when they flood', async () => {
    const count = async () =>
      (await gateway.database.query<{ n: number }>(`select count(*)::int as n from transaction`))[0]?.n ?? 0;
    for (let attempt = 0; attempt < 10; attempt++) await knock('203.0.113.30');
    const before = await count();
    for (let attempt = 0; attempt < 5; attempt++) await knock('203.0.113.30');
    expect((await count()) - before).toBe(1);
  });
});

test('a header for the address is believed from a trusted proxy only', async () => {
  const gateway = await startTestGateway({ env: { ADDRESS_LIMIT_PER_MINUTE: '5' } });
  try {
    const knock = (address: string) =>
      fetch(`${gateway.url}/dci/v1/${SEARCH}`, { method: 'POST', headers: { 'x-forwarded-for': address }, body: '{}' });
    for (let attempt = 0; attempt < 5; attempt++) await knock(`203.0.113.${attempt}`);
    expect((await knock('203.0.113.99')).status).toBe(429);
  } finally {
    await gateway.close();
  }
});

test('one person can be verified so often by one sender, whichever gateway it asks', async () => {
  const env = { VERIFY_LIMIT_PER_HOUR: '3' };
  const a = await startTestGateway({ env });
  const b = await startTestGateway({ databaseUrl: a.databaseUrl, env: { ...env, PUBLIC_URL: a.url } });
  try {
    const partner = await createPartner(a);
    await a.admin(
      `mutation { upsertRecords(registry: SOCIAL, records: [
        { recordType: "SRPerson", identifiers: [{ type: "UIN", value: "1" }, { type: "BRN", value: "b1" }], data: { sex: "female" } },
        { recordType: "SRPerson", identifiers: [{ type: "UIN", value: "2" }], data: { sex: "female" } }]) { inserted } }`,
    );
    const verify = async (identifier: object) =>
      (
        await partner.postHttpSigned('/dci/v1/verify', {
          transaction_id: randomUUID(),
          sender_id: partner.senderId,
          verify: { ...identifier, birth_date: '1990-01-01' },
        })
      ).status;
    const statuses = [];
    // Under any of the person's identifiers it is one person.
    for (const identifier of [{ UIN: '1' }, { BRN: 'b1' }, { UIN: '1' }, { BRN: 'b1' }])
      statuses.push(await verify(identifier));
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(await verify({ UIN: '2' })).toBe(200);
  } finally {
    await b.close();
    await a.close();
  }
});
