/** An encrypted message brings the server down, or its error tells what failed. Whatever it holds, it is refused as such (protocol 6.4); every failure in the same words. */
import { generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { encryptMessage } from '../../src/protocol/envelope/encryption.js';
import { importPublicKey } from '../../src/protocol/signature/keys.js';
import { startTestGateway, type TestGateway } from '../support/gateway.js';
import { createPartner, type Partner } from '../support/partner.js';
import { rawPost } from '../support/raw-post.js';
import { byId } from '../support/search-message.js';

let gateway: TestGateway;
let partner: Partner;
let ours: { kid: string; algorithm: 'RSA-OAEP-256'; publicJwk: Record<string, unknown> };

beforeAll(async () => {
  gateway = await startTestGateway({ env: { ADDRESS_LIMIT_PER_MINUTE: '1000000' } });
  partner = await createPartner(gateway, { sender: { rateLimitPerMinute: 1_000_000 } });
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  await gateway.admin(
    `mutation ($id: String!, $input: SenderKeyInput!) { addSenderKey(senderId: $id, input: $input) { kid } }`,
    {
      id: partner.senderId,
      input: { kid: 'enc', use: 'ENC', publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }) },
    },
  );
  const { keys } = (await (await fetch(`${gateway.url}/.well-known/jwks.json`)).json()) as {
    keys: { kid: string; use: string }[];
  };
  const jwk = keys.find(({ use }) => use === 'enc');
  ours = {
    kid: jwk?.kid ?? '',
    algorithm: 'RSA-OAEP-256',
    publicJwk: { ...importPublicKey({ jwk, use: 'ENC' }).publicJwk },
  };
});
afterAll(() => gateway?.close());

const send = async (message: unknown) => {
  const envelope = await partner.envelope('search', message as never, { is_msg_encrypted: true });
  const { status, body } = await rawPost(gateway.url, partner, 'social/registry/sync/search', envelope);
  return { status, error: body.message?.error };
};

test('a whole one is answered', async () => {
  expect((await send(await encryptMessage(byId('1'), ours))).status).toBe(200);
});

test('anything else is refused', async () => {
  const text = fc.oneof(fc.string(), fc.base64String());
  const jwe = fc.record(
    {
      header: fc.record({ alg: text, enc: text, kid: fc.oneof(text, fc.constant(ours.kid)) }, { requiredKeys: [] }),
      ciphertext: text,
      encrypted_key: text,
      tag: text,
      iv: text,
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(jwe, fc.jsonValue()), async (message) => {
      const { status } = await send(message);
      expect(status).toBe(400);
    }),
    { numRuns: 60 },
  );
});

test('changed in any part it is refused, in the same words whatever failed', async () => {
  const whole = await encryptMessage(byId('1'), ours);
  const flip = (value: string) => `${value.startsWith('A') ? 'B' : 'A'}${value.slice(1)}`;
  const changed = ['ciphertext', 'encrypted_key', 'tag', 'iv'].map((part) => ({
    ...whole,
    [part]: flip(whole[part as 'tag']),
  }));
  const errors = await Promise.all(changed.map(send));
  expect(new Set(errors.map(({ status }) => status))).toEqual(new Set([400]));
  expect(new Set(errors.map(({ error }) => JSON.stringify(error)))).toEqual(
    new Set([
      JSON.stringify({ code: 'err.encryption.invalid', message: 'message cannot be decrypted with the key it names' }),
    ]),
  );
});

test.each([
  ['alg', 'RSA1_5'],
  ['alg', 'dir'],
  ['enc', 'A128CBC-HS256'],
  ['zip', 'DEF'],
])('%s %s is not taken', async (name, value) => {
  const whole = await encryptMessage(byId('1'), ours);
  const { status, error } = await send({ ...whole, header: { ...whole.header, [name]: value } });
  expect({ status, code: error.code }).toEqual({ status: 400, code: 'err.encryption.invalid' });
});
