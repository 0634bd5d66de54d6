import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { askToken, assertionOf } from '../support/token.js';

describe('private_key_jwt', () => {
  let gateway: TestGateway;
  let other: TestGateway;
  let partner: Partner;

  beforeAll(async () => {
    gateway = await startTestGateway();
    other = await startTestGateway({ databaseUrl: gateway.databaseUrl, env: { PUBLIC_URL: gateway.url } });
    partner = await createPartner(gateway);
  });
  afterAll(async () => {
    await other.close();
    await gateway.close();
  });

  const seconds = () => Math.floor(Date.now() / 1000);
  const refusal = { status: 401, body: { error: 'invalid_client' } };

  test.each(['/oauth2/token', '/oauth2/client/token', ''])('is taken for the audience %s', async (path) => {
    const form = await assertionOf(partner, `${gateway.url}${path}`);
    const answer = await askToken(gateway.url, form);
    expect(answer).toMatchObject({ status: 200, body: { token_type: 'bearer', expires_in: 600 } });
  });

  test.each(['rsa-sha256', 'ecdsa-sha256'] as const)('is taken from a key of %s', async (algorithm) => {
    const signer = await createPartner(gateway, { algorithm });
    expect((await askToken(gateway.url, await assertionOf(signer, gateway.url))).status).toBe(200);
  });

  test('is taken once, by all processes together', async () => {
    const form = await assertionOf(partner, gateway.url);
    const answers = await Promise.all([gateway, other, gateway, other].map(({ url }) => askToken(url, form)));
    expect(answers.map(({ status }) => status).toSorted((x, y) => x - y)).toEqual([200, 401, 401, 401]);
  });

  test.each([
    ['for another audience', { aud: 'https://elsewhere.example/token' }],
    ['of another issuer', { iss: 'somebody' }],
    ['of another subject', { sub: 'somebody' }],
    ['that has expired', { exp: 1_000_000_000 }],
    ['without an end', { exp: undefined }],
    ['without an id', { jti: undefined }],
    ['with an id that is no text', { jti: 7 }],
  ])('is refused %s', async (_, claims) => {
    expect(await askToken(gateway.url, await assertionOf(partner, gateway.url, claims))).toMatchObject(refusal);
  });

  test('is refused when it lives longer than a minute, or begins later', async () => {
    for (const claims of [{ exp: seconds() + 120 }, { nbf: seconds() + 30 }, { iat: seconds() + 30 }])
      expect(await askToken(gateway.url, await assertionOf(partner, gateway.url, claims))).toMatchObject(refusal);
  });

  test('is refused from another key, an unknown kid and another algorithm than the key’s', async () => {
    const stranger = { ...partner, key: { ...partner.key, privateKey: generateKeyPairSync('ed25519').privateKey } };
    const unknown = { ...partner, key: { ...partner.key, kid: 'other' } };
    for (const signer of [stranger, unknown])
      expect(await askToken(gateway.url, await assertionOf(signer, gateway.url))).toMatchObject(refusal);
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const confused = { ...partner, key: { ...partner.key, algorithm: 'rsa-sha256' as const, privateKey: rsa } };
    expect(await askToken(gateway.url, await assertionOf(confused, gateway.url))).toMatchObject(refusal);
    const none = `${Buffer.from('{"alg":"none","kid":"key-1"}').toString('base64url')}.${Buffer.from(
      JSON.stringify({
        iss: partner.clientId,
        sub: partner.clientId,
        aud: gateway.url,
        jti: randomUUID(),
        exp: seconds() + 30,
      }),
    ).toString('base64url')}.`;
    const form = { ...(await assertionOf(partner, gateway.url)), client_assertion: none };
    expect(await askToken(gateway.url, form)).toMatchObject(refusal);
  });

  test.each([7, null, ['key-1'], { kid: 'key-1' }])(
    'is refused with the kid %j as whatever else does not hold, whether its client is known or not',
    async (kid) => {
      const stranger = { ...partner, clientId: 'nobody' };
      for (const client of [partner, stranger])
        expect(await askToken(gateway.url, await assertionOf(client, gateway.url, {}, { kid }))).toMatchObject(refusal);
    },
  );

  test('is refused beside another client id, or another proof', async () => {
    const form = await assertionOf(partner, gateway.url);
    expect(await askToken(gateway.url, { ...form, client_id: 'another' })).toMatchObject(refusal);
    const both = { ...form, client_id: partner.clientId, client_secret: partner.clientSecret };
    expect(await askToken(gateway.url, both)).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  test('ends with the key', async () => {
    const revoked = await createPartner(gateway);
    await gateway.admin(
      `mutation ($senderId: String!) { revokeSenderKey(senderId: $senderId, kid: "key-1") { kid } }`,
      { senderId: revoked.senderId },
    );
    expect(await askToken(gateway.url, await assertionOf(revoked, gateway.url))).toMatchObject(refusal);
  });
});
