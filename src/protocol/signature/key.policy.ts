/** Which keys are strong and common enough to be trusted, for signatures and for encryption. */
import type { KeyObject } from 'node:crypto';
import type { SignatureAlgorithm } from './algorithm.js';

export const ENCRYPTION_ALGORITHMS = ['RSA-OAEP-256', 'ECDH-ES+A256KW'] as const;
export type EncryptionAlgorithm = (typeof ENCRYPTION_ALGORITHMS)[number];
export type KeyAlgorithm = SignatureAlgorithm | EncryptionAlgorithm;
export type KeyUse = 'SIG' | 'ENC';

/** A key that is not taken; the message says why and what to send instead, and never repeats the key. */
export class KeyInvalid extends Error {
  override readonly name = 'KeyInvalid';
}

const ACCEPTED = {
  SIG: 'Ed25519, RSA of 2048 bits or more, or P-256',
  ENC: 'RSA of 2048 bits or more, P-256, or X25519',
} as const;
/** Beyond this one verification costs milliseconds. */
const RSA_BITS = { least: 2048, most: 8192 } as const;

/** The one algorithm a key is used with. @throws KeyInvalid for every kind that is not accepted */
export function algorithmOf(key: KeyObject, use: KeyUse): KeyAlgorithm {
  const type = key.asymmetricKeyType;
  if (type === 'rsa') return rsaAlgorithm(key, use);
  if (type === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') {
    return use === 'SIG' ? 'ecdsa-sha256' : 'ECDH-ES+A256KW';
  }
  if (type === 'ed25519' && use === 'SIG') return 'ed25519';
  if (type === 'x25519' && use === 'ENC') return 'ECDH-ES+A256KW';
  const kind = key.asymmetricKeyDetails?.namedCurve ?? type ?? 'secret';
  throw new KeyInvalid(`a key of kind ${kind} is not accepted for use ${use}; use ${ACCEPTED[use]}`);
}

function rsaAlgorithm(key: KeyObject, use: KeyUse): KeyAlgorithm {
  const { modulusLength = 0, publicExponent = 0n } = key.asymmetricKeyDetails ?? {};
  if (modulusLength < RSA_BITS.least) {
    throw new KeyInvalid(`an RSA key of ${modulusLength} bits is too short; use ${RSA_BITS.least} bits or more`);
  }
  if (modulusLength > RSA_BITS.most) {
    throw new KeyInvalid(`an RSA key of ${modulusLength} bits is too long; use at most ${RSA_BITS.most} bits`);
  }
  if (publicExponent < 3n || publicExponent % 2n === 0n) {
    throw new KeyInvalid('the public exponent of this RSA key is not safe; use 65537');
  }
  return use === 'SIG' ? 'rsa-sha256' : 'RSA-OAEP-256';
}
