/** Two key families, keys made anew at each start, unsigned fallbacks: here a reply's key always stands in the JWKS. */
import type { JSONWebKeySet } from 'jose';
import { KeyRing } from '../../src/access/key-ring.js';
import { RemoteKeys } from '../../src/client/remote-keys.js';
import { rotateKeys } from '../../src/jobs/rotate-keys.job.js';
import { createLog } from '../../src/platform/log.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, searchById, type Partner } from '../support/partner.js';
import { MASTER_KEY, SEALED_BY_TEST } from '../support/seal.js';

const FRESH_MS = 1_100;

describe('two gateways on one database', () => {
  let gateways: [TestGateway, TestGateway];
  let partner: Partner;

  /** Hours go by for the keys; the messages of the test keep the real time. */
  const shift = async (hours: number) => {
    await gateways[0].database.query(
      `update server_key set created_at = created_at - $1::interval, activated_at = activated_at - $1::interval,
         retired_at = retired_at - $1::interval`,
      [`${hours} hours`],
    );
  };
  /** Until both gateways have read their keys again. */
  const settle = () => new Promise((resolve) => setTimeout(resolve, FRESH_MS));
  const pass = async (hours: number) => {
    await shift(hours);
    await settle();
  };
  const rotate = ({ database }: TestGateway) =>
    rotateKeys({
      database,
      keyRing: new KeyRing(database, MASTER_KEY),
      clock: () => new Date(),
      log: createLog('silent'),
      rotationDays: 10,
    });
  const jwksOf = async ({ url }: TestGateway) =>
    ((await (await fetch(`${url}/.well-known/jwks.json`)).json()) as JSONWebKeySet).keys;
  const kidsOf = async (gateway: TestGateway, use = 'sig') =>
    (await jwksOf(gateway)).flatMap(({ use: of, kid = '' }) => (of === use && !kid.includes('|') ? [kid] : []));
  const tokenOf = async ({ url }: TestGateway) => {
    const { clientId, clientSecret } = partner;
    const form = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
    const response = await fetch(`${url}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
    return ((await response.json()) as { access_token: string }).access_token;
  };
  const replyKid = async (gateway: TestGateway) => {
    const { url } = gateway;
    const envelope = await partner.envelope('search', searchById('1'));
    const response = await fetch(`${url}/dci/v1/social/registry/sync/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(gateway)}` },
      body: JSON.stringify(envelope),
    });
    expect(response.status).toBe(200);
    const { signature } = (await response.json()) as { signature: string };
    return /kidId="dci-gateway\|([^|]+)\|/.exec(signature)?.[1] ?? '';
  };

  beforeAll(async () => {
    const env = SEALED_BY_TEST;
    const first = await startTestGateway({ env });
    gateways = [first, await startTestGateway({ env, databaseUrl: first.databaseUrl })];
    partner = await createPartner(first);
  });
  afterAll(async () => {
    await gateways[1].close();
    await gateways[0].close();
  });

  test('publish a key at first start, and sign with that one', async () => {
    const [one, two] = await Promise.all(gateways.map((gateway) => kidsOf(gateway)));
    expect(one).toHaveLength(1);
    expect(two).toEqual(one);
    expect(await replyKid(gateways[0])).toBe(one?.[0]);
    expect(await replyKid(gateways[1])).toBe(one?.[0]);
  });

  test('publish the next key a day before it signs, make it once, and never sign with what partners cannot know', async () => {
    /** What a partner fetched at the step before, from the other gateway. */
    let known = await kidsOf(gateways[1]);
    const signers = new Set<string>();
    // Of a period of 240 hours: published at 216, switched at 240.
    for (const hours of [0, 210, 8, 12, 9, 2, 6, 12]) {
      await shift(hours);
      await Promise.all([rotate(gateways[0]), rotate(gateways[1])]);
      await settle();
      for (const gateway of gateways) {
        const kid = await replyKid(gateway);
        expect(known).toContain(kid);
        expect(await kidsOf(gateway)).toContain(kid);
        signers.add(kid);
      }
      known = await kidsOf(gateways[1]);
    }
    expect(signers.size).toBe(2);
    expect(known).toHaveLength(2);
  });

  test('keep the retired key published while what it signed lives, then drop it and destroy its private half', async () => {
    const before = await kidsOf(gateways[0]);
    // A partner's client, which reads them anew each time here, and every five minutes elsewhere.
    const believed = new RemoteKeys(`${gateways[0].url}/.well-known/jwks.json`, 0);
    for (const kid of before) expect(await believed.verificationKey(kid)).toBeDefined();
    await pass(4 * 24);
    expect(await kidsOf(gateways[0])).toEqual(before);
    await pass(4 * 24);
    await rotate(gateways[0]);
    const { serverKeys } = await gateways[0].admin<{ serverKeys: { kid: string; state: string; use: string }[] }>(
      '{ serverKeys { kid state use } }',
    );
    const gone = serverKeys.find(({ state, use }) => state === 'RETIRED' && use === 'SIG')?.kid;
    expect(before).toContain(gone);
    expect(await believed.verificationKey(gone ?? '')).toBeUndefined();
    const after = await kidsOf(gateways[0]);
    expect(after).not.toContain(gone);
    expect(after).toContain(await replyKid(gateways[0]));
    const again = await gateways[0].graphql(`mutation ($kid: String!) { activateServerKey(kid: $kid) { kid } }`, {
      kid: gone,
    });
    expect(again.errors?.[0]).toMatchObject({
      message: expect.stringContaining('destroyed'),
      extensions: { code: 'CONFLICT' },
    });
  });

  test('rotate encryption keys likewise, and still decrypt under the one before', async () => {
    const encryption = await gateways[0].database.query<{ state: string }>(
      `select state from server_key where use = 'ENC' order by id`,
    );
    expect(encryption.map(({ state }) => state)).toContain('ACTIVE');
    expect(encryption.length).toBeGreaterThan(1);
    expect((await kidsOf(gateways[0], 'enc')).length).toBeGreaterThanOrEqual(1);
  });

  test('send nothing at all where no key signs', async () => {
    const envelope = await partner.envelope('search', searchById('1'));
    const headers = { authorization: `Bearer ${await tokenOf(gateways[0])}` };
    await gateways[0].database.query(
      `update server_key set state = 'RETIRED', retired_at = now() where state = 'ACTIVE' and use = 'SIG'`,
    );
    await settle();
    const { status, body } = await partner.post('/dci/v1/social/registry/sync/search', envelope, headers);
    expect(status).toBe(503);
    expect(body.message).toMatchObject({ ack_status: 'ERR' });
    expect(JSON.stringify(body)).not.toContain('search_response');
    expect((await fetch(`${gateways[0].url}/readyz`)).status).toBe(503);
  });
});
