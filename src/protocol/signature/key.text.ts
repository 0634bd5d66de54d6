/** PEM and JWK texts into key objects, with the usual mistakes told apart. */
import { createPrivateKey, createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { KeyInvalid } from './key.policy.js';

const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];
const EXPOSED = 'it must never leave its owner: send the public half of a new pair, and give this one up';

/** @throws KeyInvalid unless the text is one public key (SPKI, or PKCS#1 for RSA) */
export function readPublicPem(pem: string): KeyObject {
  const label = labelOf(pem, 'publicKeyPem', 'PUBLIC KEY');
  if (label.endsWith('PRIVATE KEY')) throw new KeyInvalid(`publicKeyPem holds a private key; ${EXPOSED}`);
  if (label.includes('CERTIFICATE')) {
    throw new KeyInvalid('publicKeyPem holds a certificate; send its key: openssl x509 -in cert.pem -pubkey -noout');
  }
  if (label !== 'PUBLIC KEY' && label !== 'RSA PUBLIC KEY') {
    throw new KeyInvalid(`publicKeyPem holds ${label}; send -----BEGIN PUBLIC KEY-----`);
  }
  return read('publicKeyPem', 'public key', () => createPublicKey(pem));
}

/** @throws KeyInvalid unless the JWK is one public key (RFC 7517) */
export function readPublicJwk(jwk: JsonWebKey): KeyObject {
  if (typeof jwk !== 'object' || Array.isArray(jwk)) throw new KeyInvalid('jwk must be an object (RFC 7517)');
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) throw new KeyInvalid(`jwk holds a private key; ${EXPOSED}`);
  return read('jwk', 'public key', () => createPublicKey({ key: jwk, format: 'jwk' }));
}

/** @throws KeyInvalid unless this is one private key without a passphrase */
export function readPrivate(source: string | JsonWebKey): KeyObject {
  if (typeof source !== 'string') {
    return read('jwk', 'private key', () => createPrivateKey({ key: source, format: 'jwk' }));
  }
  const label = labelOf(source, 'private key', 'PRIVATE KEY');
  if (label.startsWith('ENCRYPTED') || source.includes('Proc-Type: 4,ENCRYPTED')) {
    throw new KeyInvalid('private key is locked with a passphrase; unlock it: openssl pkey -in key.pem');
  }
  if (!label.endsWith('PRIVATE KEY')) throw new KeyInvalid(`private key expected, but the text holds ${label}`);
  return read('private key', 'private key', () => createPrivateKey(source));
}

function labelOf(pem: string, field: string, expected: string): string {
  const labels = [...pem.matchAll(/-----BEGIN ([A-Z0-9 ]{1,40})-----/g)].map((match) => match[1] ?? '');
  const [label] = labels;
  if (label === undefined) throw new KeyInvalid(`${field} is not PEM; it starts with -----BEGIN ${expected}-----`);
  if (labels.length > 1) throw new KeyInvalid(`${field} holds ${labels.length} PEM blocks; send one key`);
  return label;
}

function read(field: string, kind: string, create: () => KeyObject): KeyObject {
  try {
    return create();
  } catch (cause) {
    throw new KeyInvalid(`${field} cannot be read as a ${kind}`, { cause });
  }
}
