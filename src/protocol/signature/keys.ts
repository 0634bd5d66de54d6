/** Keys as they come in, go out and are made: sender keys, server keys, JWKS entries. */
import { createHash, createPublicKey, generateKeyPair as generate, type JsonWebKey, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint } from 'jose';
import { algorithmNamed, isSignatureAlgorithm, JOSE_ALGORITHMS } from './algorithm.js';
import { algorithmOf, KeyInvalid, type KeyAlgorithm, type KeyUse } from './key.policy.js';
import { readPrivate, readPublicJwk, readPublicPem } from './key.text.js';

export { JOSE_ALGORITHMS, KeyInvalid };

/** The public members of a JWK, nothing else (RFC 7518, 6). An alias, so that a JSON column takes it. */
export type PublicJwk = {
  kty: string;
  crv?: string;
  x?: string;
  y?: string;
  n?: string;
  e?: string;
};

export interface ImportedKey {
  algorithm: KeyAlgorithm;
  publicJwk: PublicJwk;
  /** SHA-256 of the SPKI as colon hex: `openssl pkey -pubin -outform der | openssl dgst -sha256 -c`. */
  fingerprint: string;
  /** The public key. */
  keyObject: KeyObject;
}

export interface KeyPair extends ImportedKey {
  privateKey: KeyObject;
}

/** A key as tables keep it. */
export interface PublishedKey {
  kid: string;
  use: KeyUse;
  algorithm: string;
  publicJwk: Record<string, unknown>;
}

export interface PublicKeyInput {
  publicKeyPem?: string | null;
  jwk?: JsonWebKey | null;
  /** `SIG` where left out. */
  use?: KeyUse | null;
}

/** @throws KeyInvalid for anything but one public key of an accepted kind, with a text for its sender */
export function importPublicKey({ publicKeyPem, jwk, use }: PublicKeyInput): ImportedKey {
  if (publicKeyPem && !jwk) return describeKey(readPublicPem(publicKeyPem), use ?? 'SIG');
  if (!jwk || publicKeyPem) throw new KeyInvalid('give one of publicKeyPem and jwk');
  const key = describeKey(readPublicJwk(jwk), use ?? 'SIG');
  refuseOtherPurpose(jwk, use ?? 'SIG', key.algorithm);
  return key;
}

/** @param source a PEM text (PKCS#8, PKCS#1 or SEC 1, without passphrase) or a private JWK @throws KeyInvalid */
export function importPrivateKey(source: string | JsonWebKey, use: KeyUse = 'SIG'): KeyPair {
  return pairOf(readPrivate(source), use);
}

/** A new pair: Ed25519, RSA of 3072 bits, or P-256. */
export async function generateKeyPair(algorithm: KeyAlgorithm): Promise<KeyPair> {
  const { privateKey } = await newPair(algorithm);
  return pairOf(privateKey, isSignatureAlgorithm(algorithm) ? 'SIG' : 'ENC');
}

/** RFC 7638 thumbprint (SHA-256), the default `kid`. */
export function thumbprint(publicJwk: PublicJwk): Promise<string> {
  return calculateJwkThumbprint(publicJwk);
}

/** One entry of `/.well-known/jwks.json` (protocol 6.2). */
export function jwksEntry({ kid, use, algorithm, publicJwk }: PublishedKey) {
  return { ...publicJwk, kid, use: JOSE_USES[use], alg: joseName(algorithm) };
}

function describeKey(keyObject: KeyObject, use: KeyUse): ImportedKey {
  const algorithm = algorithmOf(keyObject, use);
  const spki = keyObject.export({ type: 'spki', format: 'der' });
  const hex = createHash('sha256').update(spki).digest('hex');
  const { kty = '', ...members } = keyObject.export({ format: 'jwk' });
  return { algorithm, publicJwk: { kty, ...members }, fingerprint: hex.replace(/..(?!$)/g, '$&:'), keyObject };
}

function pairOf(privateKey: KeyObject, use: KeyUse): KeyPair {
  return { ...describeKey(createPublicKey(privateKey), use), privateKey };
}

const newKey = promisify(generate);
function newPair(algorithm: KeyAlgorithm): Promise<{ privateKey: KeyObject }> {
  if (algorithm === 'ed25519') return newKey('ed25519');
  if (algorithm === 'rsa-sha256' || algorithm === 'RSA-OAEP-256') return newKey('rsa', { modulusLength: 3072 });
  return newKey('ec', { namedCurve: 'P-256' });
}

/** A JWK may say what it is for; a key declared for something else is not taken for this. */
function refuseOtherPurpose(jwk: JsonWebKey, use: KeyUse, algorithm: KeyAlgorithm): void {
  const { alg } = jwk;
  if (jwk.use !== undefined && jwk.use !== JOSE_USES[use]) {
    throw new KeyInvalid(`jwk.use must be ${JOSE_USES[use]} for this use`);
  }
  if (alg === undefined || alg === joseName(algorithm)) return;
  if (typeof alg === 'string' && algorithmNamed(alg) === algorithm) return;
  throw new KeyInvalid(`jwk.alg must be ${joseName(algorithm)} for this kind of key and use`);
}

const JOSE_USES = { SIG: 'sig', ENC: 'enc' } as const;

function joseName(algorithm: string): string {
  return isSignatureAlgorithm(algorithm) ? JOSE_ALGORITHMS[algorithm] : algorithm;
}
