/** The vectors of test/vectors/, made by other implementations (make_vectors.py). */
import { readFileSync } from 'node:fs';
import type { JsonObject } from '../../src/protocol/envelope/json.js';
import { isSignatureAlgorithm, type SigningKey, type VerificationKey } from '../../src/protocol/signature/algorithm.js';
import { importPrivateKey, importPublicKey } from '../../src/protocol/signature/keys.js';
import type { EnvelopeProfileName } from '../../src/protocol/signature/signature.js';

export type KeyName = 'ed25519' | 'rsa' | 'p256' | 'x25519';

interface SignatureVectors {
  senderId: string;
  created: number;
  expires: number;
  envelopes: { profile: EnvelopeProfileName; key: KeyName; text: string; signature: string }[];
  http: {
    key: KeyName;
    method: string;
    targetUri: string;
    /** Of a reply. */
    status?: number;
    headers: Record<string, string>;
    body: string;
  }[];
  httpByHand: { key: KeyName; targetUri: string; body: string; nonce: string; headers: Record<string, string> }[];
}

const read = (name: string): string => readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8');

export const signatures: SignatureVectors = JSON.parse(read('signatures.json'));
export const encryption: { key: KeyName; message: JsonObject; encrypted: JsonObject }[] = JSON.parse(
  read('encryption.json'),
);
export const keys: Record<KeyName, { private: string; public: string; fingerprint: string }> = JSON.parse(
  read('keys.json'),
);

export function verificationKey(name: KeyName): VerificationKey {
  const { algorithm, keyObject } = importPublicKey({ publicKeyPem: keys[name].public });
  if (!isSignatureAlgorithm(algorithm)) throw new Error(`${name} does not sign`);
  return { kid: `key-${name}`, algorithm, keyObject };
}

export function signingKey(name: KeyName): SigningKey {
  const { algorithm, privateKey } = importPrivateKey(keys[name].private);
  if (!isSignatureAlgorithm(algorithm)) throw new Error(`${name} does not sign`);
  return { kid: `key-${name}`, algorithm, privateKey };
}
