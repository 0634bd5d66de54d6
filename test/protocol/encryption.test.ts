import {
  createDecipheriv,
  createHash,
  createPublicKey,
  constants,
  diffieHellman,
  privateDecrypt,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';
import { anything, assert, asyncProperty, constantFrom, oneof, record, string } from 'fast-check';
import { decryptMessage, encryptMessage, type EncryptedMessage } from '../../src/protocol/envelope/encryption.js';
import { EncryptionInvalid, ProtocolError, RequestInvalid } from '../../src/protocol/errors.js';
import { importPrivateKey } from '../../src/protocol/signature/keys.js';
import { encryption, keys } from './vectors.js';

const NAMES = ['rsa', 'p256', 'x25519'] as const;
const pairs = new Map(NAMES.map((name) => [`key-${name}`, importPrivateKey(keys[name].private, 'ENC')]));
const keyFor = (kid: string): Promise<KeyObject | undefined> => Promise.resolve(pairs.get(kid)?.privateKey);
const UNDECRYPTABLE = 'message cannot be decrypted with the key it names';

const encryptFor = (name: (typeof NAMES)[number], message: unknown): Promise<EncryptedMessage> => {
  const pair = pairs.get(`key-${name}`);
  if (!pair || (pair.algorithm !== 'RSA-OAEP-256' && pair.algorithm !== 'ECDH-ES+A256KW'))
    throw new Error('no such key');
  return encryptMessage(message, { kid: `key-${name}`, algorithm: pair.algorithm, publicJwk: pair.publicJwk });
};

const word = (value: number): Buffer => Buffer.from([0, 0, value >> 8, value & 255]);

/** RFC 7518, 4.3 and 4.6, from node:crypto alone. */
const unwrapKey = ({ header, encrypted_key }: EncryptedMessage, key: KeyObject): Buffer => {
  const wrapped = Buffer.from(encrypted_key, 'base64url');
  if (header.alg === 'RSA-OAEP-256') {
    return privateDecrypt({ key, oaepHash: 'sha256', padding: constants.RSA_PKCS1_OAEP_PADDING }, wrapped);
  }
  const epk: JsonWebKey = JSON.parse(JSON.stringify(header['epk']));
  const secret = diffieHellman({ privateKey: key, publicKey: createPublicKey({ key: epk, format: 'jwk' }) });
  const info = [word(header.alg.length), Buffer.from(header.alg), word(0), word(0), word(256)];
  const wrappingKey = createHash('sha256')
    .update(Buffer.concat([word(1), secret, ...info]))
    .digest();
  const unwrap = createDecipheriv('id-aes256-wrap', wrappingKey, Buffer.alloc(8, 0xa6));
  return Buffer.concat([unwrap.update(wrapped), unwrap.final()]);
};

const openIndependently = (message: EncryptedMessage, key: KeyObject): unknown => {
  const decipher = createDecipheriv('aes-256-gcm', unwrapKey(message, key), Buffer.from(message.iv, 'base64url'));
  decipher.setAuthTag(Buffer.from(message.tag, 'base64url'));
  return JSON.parse(
    Buffer.concat([decipher.update(message.ciphertext, 'base64url'), decipher.final()]).toString('utf8'),
  );
};

test.each(encryption)('what jwcrypto encrypts for $key is read', async ({ encrypted, message }) => {
  expect(await decryptMessage(encrypted, keyFor)).toEqual(message);
});

describe.each(NAMES)('for %s', (name) => {
  const message = { search_request: [{ name: 'Zoë 😀', absent: undefined }] };

  test('what we encrypt has the shape of the specification and opens, without jose too', async () => {
    const encrypted = await encryptFor(name, message);
    expect(Object.keys(encrypted).toSorted()).toEqual(['ciphertext', 'encrypted_key', 'header', 'iv', 'tag']);
    expect(encrypted.header).toMatchObject({ enc: 'A256GCM', kid: `key-${name}` });
    const expected = JSON.parse(JSON.stringify(message));
    expect(await decryptMessage(JSON.parse(JSON.stringify(encrypted)), keyFor)).toEqual(expected);
    const key = await keyFor(`key-${name}`);
    expect(key && openIndependently(encrypted, key)).toEqual(expected);
  });

  test('no key and no iv is used twice', async () => {
    const [a, b] = [await encryptFor(name, message), await encryptFor(name, message)];
    expect(a.iv).not.toBe(b.iv);
    expect(a.encrypted_key).not.toBe(b.encrypted_key);
  });

  test.each<[string, (message: EncryptedMessage) => object]>([
    ['ciphertext', (m) => ({ ciphertext: flip(m.ciphertext) })],
    ['tag', (m) => ({ tag: flip(m.tag) })],
    ['a shorter tag', (m) => ({ tag: m.tag.slice(0, 8) })],
    ['iv', (m) => ({ iv: flip(m.iv) })],
    ['a longer iv', (m) => ({ iv: `${m.iv}AAAA` })],
    ['encrypted_key', (m) => ({ encrypted_key: flip(m.encrypted_key) })],
    ['an empty epk', (m) => ({ header: { ...m.header, alg: 'ECDH-ES+A256KW', epk: {} } })],
    ['another kind of key', (m) => ({ header: { ...m.header, kid: name === 'rsa' ? 'key-p256' : 'key-rsa' } })],
    ['crit', (m) => ({ header: { ...m.header, crit: ['x'], x: 1 } })],
  ])('every cryptographic failure has the same words: %s', async (_name, change) => {
    const encrypted = await encryptFor(name, message);
    const refusal = await decryptMessage({ ...encrypted, ...change(encrypted) }, keyFor).catch(
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(EncryptionInvalid);
    expect(refusal).toMatchObject({ message: UNDECRYPTABLE });
  });
});

const must = (path: string): string => `${path} of an encrypted message is not as it must be: `;

describe('what is not an encrypted message', () => {
  test.each<[string, (message: EncryptedMessage) => unknown, string]>([
    ['a plain message', () => ({ search_request: [] }), must('message.header')],
    ['a text', () => 'x', must('message')],
    ['no tag', ({ tag: _tag, ...rest }) => rest, must('message.tag')],
    ['a protected header', (m) => ({ ...m, protected: 'e30' }), must('message')],
    ['additional data', (m) => ({ ...m, aad: 'e30' }), must('message')],
    ['a weak algorithm', (m) => ({ ...m, header: { ...m.header, alg: 'RSA1_5' } }), must('message.header.alg')],
    ['a direct key', (m) => ({ ...m, header: { ...m.header, alg: 'dir' } }), must('message.header.alg')],
    ['a CBC cipher', (m) => ({ ...m, header: { ...m.header, enc: 'A128CBC-HS256' } }), must('message.header.enc')],
    ['compression', (m) => ({ ...m, header: { ...m.header, zip: 'DEF' } }), must('message.header.zip')],
    ['base64', (m) => ({ ...m, ciphertext: 'a+/=' }), must('message.ciphertext')],
    ['too much', (m) => ({ ...m, ciphertext: 'a'.repeat(4 * 1024 * 1024 + 1) }), must('message.ciphertext')],
    ['a long key', (m) => ({ ...m, encrypted_key: 'a'.repeat(2049) }), must('message.encrypted_key')],
  ])('%s', async (_name, change, reason) => {
    const refusal = await decryptMessage(change(await encryptFor('rsa', {})), keyFor).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(EncryptionInvalid);
    expect(String(refusal)).toContain(reason);
  });

  test('an unknown kid is told from the JWKS', async () => {
    const encrypted = await encryptFor('rsa', {});
    await expect(decryptMessage(encrypted, () => Promise.resolve(undefined))).rejects.toThrow(
      new EncryptionInvalid(
        'message.header.kid names no encryption key of the receiver; take one from its JWKS (use enc)',
      ),
    );
  });

  test('what is inside is read as strictly as a body', async () => {
    const inside = JSON.parse('{"__proto__":{"admin":true}}');
    await expect(decryptMessage(await encryptFor('p256', inside), keyFor)).rejects.toThrow(
      new RequestInvalid('decrypted message has a member named "__proto__", which is not allowed'),
    );
  });

  test('anything at all is decrypted or refused as a protocol error', async () => {
    const good = await encryptFor('p256', { a: 1 });
    const text = oneof(string(), constantFrom(good.ciphertext, good.tag, good.iv, good.encrypted_key, ''));
    const header = oneof(
      anything(),
      constantFrom(
        good.header,
        { ...good.header, epk: { kty: 'EC', crv: 'P-256', x: 'AA', y: 'AA' } },
        { ...good.header, kid: 'key-rsa', alg: 'RSA-OAEP-256' },
      ),
    );
    const shaped = record({ header, ciphertext: text, encrypted_key: text, tag: text, iv: text });
    await assert(
      asyncProperty(oneof(anything(), shaped), async (value) => {
        const outcome = await decryptMessage(value, keyFor).catch((error: unknown) => error);
        expect(outcome instanceof ProtocolError || JSON.stringify(outcome) === '{"a":1}').toBe(true);
      }),
    );
  });
});

function flip(text: string): string {
  return (text.startsWith('A') ? 'B' : 'A') + text.slice(1);
}
