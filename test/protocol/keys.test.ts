import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import {
  generateKeyPair,
  importPrivateKey,
  importPublicKey,
  KeyInvalid,
  jwksEntry,
  thumbprint,
  type PublicKeyInput,
} from '../../src/protocol/signature/keys.js';

const spki = (key: KeyObject): string => createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
const jwkOf = (key: KeyObject, more = {}) => ({ ...createPublicKey(key).export({ format: 'jwk' }), ...more });
const pkcs8 = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();

const ed25519 = generateKeyPairSync('ed25519').privateKey;
const x25519 = generateKeyPairSync('x25519').privateKey;
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const rsaShort = generateKeyPairSync('rsa', { modulusLength: 2047 }).privateKey;
const rsaPss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 }).privateKey;
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;
const k256 = generateKeyPairSync('ec', { namedCurve: 'secp256k1' }).privateKey;
const ed448 = generateKeyPairSync('ed448').privateKey;

const refusal = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof KeyInvalid) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('importPublicKey', () => {
  test.each([
    ['ed25519', ed25519, 'SIG', 'ed25519'],
    ['rsa', rsa, 'SIG', 'rsa-sha256'],
    ['p256', p256, 'SIG', 'ecdsa-sha256'],
    ['rsa', rsa, 'ENC', 'RSA-OAEP-256'],
    ['p256', p256, 'ENC', 'ECDH-ES+A256KW'],
    ['x25519', x25519, 'ENC', 'ECDH-ES+A256KW'],
  ] as const)('%s for %#', (_name, key, use, algorithm) => {
    const jwk = createPublicKey(key).export({ format: 'jwk' });
    const fromPem = importPublicKey({ publicKeyPem: spki(key), use });
    const fromJwk = importPublicKey({ jwk, use });
    expect(fromPem.algorithm).toBe(algorithm);
    expect(fromPem.publicJwk).toEqual(jwk);
    expect(fromPem.keyObject.type).toBe('public');
    expect({ ...fromJwk, keyObject: null }).toEqual({ ...fromPem, keyObject: null });
  });

  test('reads PKCS#1 public keys and tells the SPKI fingerprint as openssl does', () => {
    const pkcs1 = createPublicKey(rsa).export({ type: 'pkcs1', format: 'pem' }).toString();
    const key = importPublicKey({ publicKeyPem: pkcs1 });
    expect(key.algorithm).toBe('rsa-sha256');
    expect(key.fingerprint).toMatch(/^([0-9a-f]{2}:){31}[0-9a-f]{2}$/);
    expect(key.fingerprint).toBe(importPublicKey({ publicKeyPem: spki(rsa) }).fingerprint);
  });

  const accepted = 'Ed25519, RSA of 2048 bits or more, or P-256';
  const exposed = 'it must never leave its owner: send the public half of a new pair, and give this one up';
  test.each<[string, PublicKeyInput, string]>([
    ['nothing', {}, 'give one of publicKeyPem and jwk'],
    ['both', { publicKeyPem: spki(ed25519), jwk: jwkOf(ed25519) }, 'give one of publicKeyPem and jwk'],
    [
      'a short RSA key',
      { publicKeyPem: spki(rsaShort) },
      'an RSA key of 2047 bits is too short; use 2048 bits or more',
    ],
    ['RSA-PSS', { publicKeyPem: spki(rsaPss) }, `a key of kind rsa-pss is not accepted for use SIG; use ${accepted}`],
    ['P-384', { publicKeyPem: spki(p384) }, `a key of kind secp384r1 is not accepted for use SIG; use ${accepted}`],
    ['secp256k1', { jwk: jwkOf(k256) }, `a key of kind secp256k1 is not accepted for use SIG; use ${accepted}`],
    ['Ed448', { publicKeyPem: spki(ed448) }, `a key of kind ed448 is not accepted for use SIG; use ${accepted}`],
    ['X25519 to sign', { jwk: jwkOf(x25519) }, `a key of kind x25519 is not accepted for use SIG; use ${accepted}`],
    [
      'Ed25519 to encrypt',
      { publicKeyPem: spki(ed25519), use: 'ENC' },
      'a key of kind ed25519 is not accepted for use ENC; use RSA of 2048 bits or more, P-256, or X25519',
    ],
    ['a private PEM', { publicKeyPem: pkcs8(ed25519) }, `publicKeyPem holds a private key; ${exposed}`],
    ['a private JWK', { jwk: rsa.export({ format: 'jwk' }) }, `jwk holds a private key; ${exposed}`],
    ['a secret JWK', { jwk: { kty: 'oct', k: 'c2VjcmV0' } }, `jwk holds a private key; ${exposed}`],
    [
      'a certificate',
      { publicKeyPem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----' },
      'publicKeyPem holds a certificate; send its key: openssl x509 -in cert.pem -pubkey -noout',
    ],
    [
      'another PEM',
      { publicKeyPem: '-----BEGIN DH PARAMETERS-----\nMIIB\n-----END DH PARAMETERS-----' },
      'publicKeyPem holds DH PARAMETERS; send -----BEGIN PUBLIC KEY-----',
    ],
    ['SSH', { publicKeyPem: 'ssh-ed25519 AAAA' }, 'publicKeyPem is not PEM; it starts with -----BEGIN PUBLIC KEY-----'],
    ['two keys', { publicKeyPem: spki(rsa) + spki(p256) }, 'publicKeyPem holds 2 PEM blocks; send one key'],
    [
      'a broken PEM',
      { publicKeyPem: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----' },
      'publicKeyPem cannot be read as a public key',
    ],
    ['a broken JWK', { jwk: { kty: 'OKP', crv: 'Ed25519', x: 'AAAA' } }, 'jwk cannot be read as a public key'],
    ['a point off the curve', { jwk: jwkOf(p256, { x: jwkOf(p256)['y'] }) }, 'jwk cannot be read as a public key'],
    ['a text for a JWK', { jwk: JSON.parse('"x"') }, 'jwk must be an object (RFC 7517)'],
    ['a JWK of kind 7', { jwk: { kty: '7' } }, 'jwk cannot be read as a public key'],
    ['a JWK to encrypt', { jwk: jwkOf(rsa, { use: 'enc' }) }, 'jwk.use must be sig for this use'],
    ['a JWK for PSS', { jwk: jwkOf(rsa, { alg: 'PS256' }) }, 'jwk.alg must be RS256 for this kind of key and use'],
    ['a JWK with its own purpose', { jwk: jwkOf(p256, { use: 'sig', alg: 'ES256', kid: 'k', x5c: [] }) }, 'accepted'],
    ['an Ed25519 JWK by its newer name', { jwk: jwkOf(ed25519, { alg: 'Ed25519' }) }, 'accepted'],
  ])('%s', (_name, input, outcome) => {
    expect(refusal(() => importPublicKey(input))).toBe(outcome);
  });
});

describe('importPrivateKey', () => {
  test('reads PKCS#8, PKCS#1, SEC 1 and JWK', () => {
    const forms = [pkcs8(rsa), rsa.export({ type: 'pkcs1', format: 'pem' }).toString(), rsa.export({ format: 'jwk' })];
    for (const form of forms) {
      const pair = importPrivateKey(form);
      expect(pair.algorithm).toBe('rsa-sha256');
      expect(pair.privateKey.type).toBe('private');
      expect(Object.keys(pair.publicJwk).toSorted()).toEqual(['e', 'kty', 'n']);
    }
    const sec1 = importPrivateKey(p256.export({ type: 'sec1', format: 'pem' }).toString(), 'ENC');
    expect(sec1.algorithm).toBe('ECDH-ES+A256KW');
  });

  test.each([
    [
      'a passphrase',
      ed25519.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' }).toString(),
      'private key is locked with a passphrase; unlock it: openssl pkey -in key.pem',
    ],
    ['a public key', spki(ed25519), 'private key expected, but the text holds PUBLIC KEY'],
    ['a public JWK', createPublicKey(p256).export({ format: 'jwk' }), 'jwk cannot be read as a private key'],
    ['no PEM', 'hello', 'private key is not PEM; it starts with -----BEGIN PRIVATE KEY-----'],
    ['a weak key', pkcs8(rsaShort), 'an RSA key of 2047 bits is too short; use 2048 bits or more'],
  ])('refuses %s', (_name, source, reason) => {
    expect(refusal(() => importPrivateKey(source))).toBe(reason);
  });
});

describe('generated keys and their JWKS entries', () => {
  test.each([
    ['ed25519', { kty: 'OKP', crv: 'Ed25519', use: 'sig', alg: 'EdDSA' }],
    ['rsa-sha256', { kty: 'RSA', e: 'AQAB', use: 'sig', alg: 'RS256' }],
    ['ecdsa-sha256', { kty: 'EC', crv: 'P-256', use: 'sig', alg: 'ES256' }],
    ['RSA-OAEP-256', { kty: 'RSA', e: 'AQAB', use: 'enc', alg: 'RSA-OAEP-256' }],
    ['ECDH-ES+A256KW', { kty: 'EC', crv: 'P-256', use: 'enc', alg: 'ECDH-ES+A256KW' }],
  ] as const)('%s', async (algorithm, expected) => {
    const pair = await generateKeyPair(algorithm);
    const kid = await thumbprint(pair.publicJwk);
    const use = expected.use === 'sig' ? 'SIG' : 'ENC';
    const entry = jwksEntry({ kid, use, ...pair });
    expect(pair.algorithm).toBe(algorithm);
    expect(entry).toMatchObject({ ...expected, kid });
    expect(Object.keys(entry)).not.toContain('d');
    expect(importPublicKey({ jwk: entry, use }).fingerprint).toBe(pair.fingerprint);
  });

  test('the thumbprint is the example of RFC 8037, appendix A.3', async () => {
    const publicJwk = { kty: 'OKP', crv: 'Ed25519', x: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo' };
    expect(await thumbprint(publicJwk)).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k');
  });
});
