import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { byId } from '../support/search-message.js';

const SEARCH = '/dci/v1/social/registry/sync/search';

describe('keys from a sender’s JWKS', () => {
  let gateway: TestGateway;
  let server: Server;
  let url: string;
  let published: Record<string, unknown>[] = [];
  let answer: { status: number; body?: string; headers?: Record<string, string> } = { status: 200 };
  let asked = 0;

  beforeAll(async () => {
    server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
      response.end(answer.body ?? JSON.stringify({ keys: published }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`;
    gateway = await startTestGateway();
  });
  afterAll(async () => {
    await gateway.close();
    server.close();
  });
  beforeEach(() => {
    published = [];
    answer = { status: 200 };
    asked = 0;
  });

  const pair = () => generateKeyPairSync('ed25519');
  const jwkOf = (publicKey: KeyObject, kid: string, more: object = {}) => ({
    ...publicKey.export({ format: 'jwk' }),
    kid,
    use: 'sig',
    ...more,
  });
  const partnerWithJwks = () => createPartner(gateway, { sender: { jwksUrl: url } });
  const fetchKeys = (partner: Partner) =>
    gateway.graphql<{
      fetchSenderKeys: { kid: string; origin: string; revokedBy: string | null; fingerprint: string }[];
    }>(
      `mutation ($id: String!) { fetchSenderKeys(senderId: $id) { kid use origin algorithm revokedBy fingerprint } }`,
      { id: partner.senderId },
    );
  const searchWith = async (partner: Partner, kid: string, privateKey: KeyObject) => {
    const { signEnvelope } = await import('../../src/protocol/signature/signature.js');
    const unsigned = { header: partner.header('search'), message: byId('1') };
    const key = { kid, algorithm: 'ed25519' as const, privateKey };
    const signature = await signEnvelope('DCI', unsigned, key, { senderId: partner.senderId, now: new Date() });
    return (await partner.post(SEARCH, { signature, ...unsigned })).status;
  };
  /** As if the last reading were long ago. */
  const coolDown = (partner: Partner) =>
    gateway.database.query(`update sender set jwks_fetched_at = null where sender_id = $1`, [partner.senderId]);

  test('come and go with what is published; a registered key stays', async () => {
    const partner = await partnerWithJwks();
    const { publicKey, privateKey } = pair();
    published = [jwkOf(publicKey, 'new'), jwkOf(pair().publicKey, 'key-1')];
    const before = await fetchKeys(partner);
    expect(before.data?.fetchSenderKeys).toMatchObject([
      { kid: 'key-1', origin: 'REGISTERED', revokedBy: null },
      { kid: 'new', origin: 'JWKS', revokedBy: null },
    ]);
    expect(await searchWith(partner, 'new', privateKey)).toBe(200);
    expect((await partner.post(SEARCH, await partner.envelope('search', byId('1')))).status).toBe(200);
    published = [];
    expect((await fetchKeys(partner)).data?.fetchSenderKeys).toMatchObject([
      { kid: 'key-1', revokedBy: null },
      { kid: 'new', revokedBy: 'JWKS' },
    ]);
    await coolDown(partner);
    expect(await searchWith(partner, 'new', privateKey)).toBe(401);
    expect((await partner.post(SEARCH, await partner.envelope('search', byId('1')))).status).toBe(200);
  });

  test('that an administrator revoked stay revoked, those that vanished may come back', async () => {
    const partner = await partnerWithJwks();
    const [first, second] = [pair(), pair()];
    const both = [jwkOf(first.publicKey, 'a'), jwkOf(second.publicKey, 'b')];
    published = both;
    await fetchKeys(partner);
    await gateway.admin(`mutation ($id: String!) { revokeSenderKey(senderId: $id, kid: "a") { kid } }`, {
      id: partner.senderId,
    });
    published = [];
    await fetchKeys(partner);
    published = both;
    const { data } = await fetchKeys(partner);
    expect(data?.fetchSenderKeys.map(({ kid, revokedBy }) => [kid, revokedBy])).toEqual([
      ['key-1', null],
      ['a', 'bootstrap-admin'],
      ['b', null],
    ]);
  });

  test('that an administrator revoked do not come back under another kid, nor stay there', async () => {
    const partner = await partnerWithJwks();
    const { publicKey, privateKey } = pair();
    published = [jwkOf(publicKey, 'a'), jwkOf(publicKey, 'a-too')];
    await fetchKeys(partner);
    await gateway.admin(`mutation ($id: String!) { revokeSenderKey(senderId: $id, kid: "a") { kid } }`, {
      id: partner.senderId,
    });
    published.push(jwkOf(publicKey, 'anew'));
    const { data } = await fetchKeys(partner);
    expect(data?.fetchSenderKeys.map(({ kid, revokedBy }) => [kid, revokedBy])).toEqual([
      ['key-1', null],
      ['a', 'bootstrap-admin'],
      ['a-too', 'JWKS'],
    ]);
    for (const kid of ['a', 'a-too', 'anew']) expect(await searchWith(partner, kid, privateKey)).toBe(401);
  });

  test('are forgotten some time after they vanished, so that whoever publishes others each time fills no table', async () => {
    const partner = await partnerWithJwks();
    const kids: string[] = [];
    for (const round of [1, 2, 3]) {
      published = Array.from({ length: 50 }, (_, index) => jwkOf(pair().publicKey, `${round}-${index}`));
      const { data } = await fetchKeys(partner);
      kids.push(...(data?.fetchSenderKeys ?? []).map(({ kid }) => kid));
    }
    const last = kids.slice(-101);
    const ofRound = (round: number) => last.filter((kid) => kid.startsWith(`${round}-`)).length;
    expect([last[0], ofRound(1), ofRound(2), ofRound(3)]).toEqual(['key-1', 0, 50, 50]);
    const rows = await gateway.database.query(
      'select 1 from sender_key k join sender s on s.id = k.sender_id where s.sender_id = $1',
      [partner.senderId],
    );
    expect(rows).toHaveLength(101);
  });

  test('are read once for an unknown kid, and then not for a while', async () => {
    const partner = await partnerWithJwks();
    const { publicKey, privateKey } = pair();
    published = [jwkOf(publicKey, 'rotated')];
    expect(await searchWith(partner, 'rotated', privateKey)).toBe(200);
    expect(asked).toBe(1);
    for (const kid of ['made-up-1', 'made-up-2', 'made-up-3'])
      expect(await searchWith(partner, kid, privateKey)).toBe(401);
    expect(asked).toBe(1);
  });

  test('are read once for many requests at a time', async () => {
    const partner = await partnerWithJwks();
    const { publicKey, privateKey } = pair();
    published = [jwkOf(publicKey, 'rotated')];
    const statuses = await Promise.all([1, 2, 3, 4].map(() => searchWith(partner, 'rotated', privateKey)));
    expect(statuses).toEqual([200, 200, 200, 200]);
    expect(asked).toBe(1);
  });

  test('may be published under the whole kidId, and of kinds that are not taken', async () => {
    const partner = await partnerWithJwks();
    const { publicKey, privateKey } = pair();
    published = [
      jwkOf(publicKey, `${partner.senderId}|whole|ed25519`),
      jwkOf(pair().publicKey, 'somebody|else|ed25519'),
      { kty: 'oct', k: 'AAAA', kid: 'symmetric' },
      jwkOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey, 'weak'),
      jwkOf(generateKeyPairSync('x25519').publicKey, 'enc', { use: 'enc' }),
    ];
    const { data } = await fetchKeys(partner);
    expect(data?.fetchSenderKeys).toMatchObject([
      { kid: 'key-1' },
      { kid: 'whole', use: 'SIG' },
      { kid: 'enc', use: 'ENC', algorithm: 'ECDH-ES+A256KW' },
    ]);
    expect(await searchWith(partner, 'whole', privateKey)).toBe(200);
  });

  test.each([
    [
      'an error',
      { status: 500 },
      'jwksUrl: jwksUrl answered 500: it must answer 200 itself, redirects are not followed',
    ],
    [
      'a redirect',
      { status: 302, headers: { location: 'http://127.0.0.1/' } },
      'jwksUrl: jwksUrl answered 302: it must answer 200 itself, redirects are not followed',
    ],
    ['no JSON', { status: 200, body: '<html>' }, 'jwksUrl: jwksUrl did not answer with a JSON Web Key Set'],
    ['no key set', { status: 200, body: '{"keys":{}}' }, 'jwksUrl: jwksUrl did not answer with a JSON Web Key Set'],
    [
      'an endless answer',
      { status: 200, body: `{"keys":[${' '.repeat(70_000)}]}` },
      'jwksUrl: jwksUrl answered more than a key set holds',
    ],
  ])('change nothing when the server answers with %s', async (_, answered, text) => {
    const partner = await partnerWithJwks();
    const { publicKey, privateKey } = pair();
    published = [jwkOf(publicKey, 'kept')];
    await fetchKeys(partner);
    answer = answered;
    const { errors } = await fetchKeys(partner);
    expect(errors?.[0]).toMatchObject({ message: text, extensions: { code: 'BAD_USER_INPUT', field: 'jwksUrl' } });
    expect(await searchWith(partner, 'kept', privateKey)).toBe(200);
  });

  test('are read by schedule, each once in a while', async () => {
    const { refreshJwks } = await import('../../src/jobs/refresh-jwks.job.js');
    const partner = await partnerWithJwks();
    const { publicKey, privateKey } = pair();
    published = [jwkOf(publicKey, 'scheduled')];
    // Stands in for the services that `app.ts` wires, over the same database.
    const { createOutbound } = await import('../../src/platform/outbound-http.js');
    const services = {
      database: gateway.database,
      directory: { forget: () => {} },
      log: { warn: () => {}, info: () => {} },
      clock: () => new Date(),
      outbound: createOutbound({ allowHttp: true, allowPrivate: true, timeoutMs: 20_000, maxResponseBytes: 65_536 }),
    } as never;
    const { refreshed } = await refreshJwks(services);
    expect(refreshed).toBeGreaterThanOrEqual(1);
    expect((await refreshJwks(services)).refreshed).toBe(0);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(await searchWith(partner, 'scheduled', privateKey)).toBe(200);
  });
});

test('a JWKS on a private address is not read', async () => {
  const gateway = await startTestGateway({ env: { ALLOW_PRIVATE_CALLBACKS: 'false' } });
  try {
    const partner = await createPartner(gateway, { sender: { jwksUrl: 'http://127.0.0.1:9/jwks.json' } });
    const { errors } = await gateway.graphql(`mutation ($id: String!) { fetchSenderKeys(senderId: $id) { kid } }`, {
      id: partner.senderId,
    });
    expect(errors?.[0]?.message).toMatch(/^jwksUrl: the host of the URL must have public addresses only/);
  } finally {
    await gateway.close();
  }
});
