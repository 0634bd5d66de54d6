/** The three signature algorithms (contract: Message signature), their names elsewhere, and the two primitives over them. */
import { sign, verify, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';

export const SIGNATURE_ALGORITHMS = ['ed25519', 'rsa-sha256', 'ecdsa-sha256'] as const;
/** RSA is PKCS#1 v1.5 with at least 2048 bits; ECDSA is P-256 in IEEE P1363 form. */
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** A partner's public key, as its owner registered it. */
export interface VerificationKey {
  kid: string;
  algorithm: SignatureAlgorithm;
  keyObject: KeyObject;
}

/** A private key of ours, with the `kid` under which its public half stands in the JWKS. */
export interface SigningKey {
  kid: string;
  algorithm: SignatureAlgorithm;
  privateKey: KeyObject;
}

/** RFC 7518 and RFC 8037 names, as in a JWKS and a JWS header. */
export const JOSE_ALGORITHMS = { ed25519: 'EdDSA', 'rsa-sha256': 'RS256', 'ecdsa-sha256': 'ES256' } as const;
/** Names of the HTTP Signature Algorithms registry (RFC 9421, 6.2.2). */
export const HTTP_ALGORITHMS = {
  ed25519: 'ed25519',
  'rsa-sha256': 'rsa-v1_5-sha256',
  'ecdsa-sha256': 'ecdsa-p256-sha256',
} as const;

const BY_NAME = new Map<string, SignatureAlgorithm>([
  ...SIGNATURE_ALGORITHMS.map((name) => [name, name] as const),
  ...SIGNATURE_ALGORITHMS.map((name) => [HTTP_ALGORITHMS[name], name] as const),
  ['eddsa', 'ed25519'],
  ['rs256', 'rsa-sha256'],
  ['es256', 'ecdsa-sha256'],
]);

/** The algorithm that any of its names means; undefined for every other name. */
export function algorithmNamed(name: string): SignatureAlgorithm | undefined {
  return BY_NAME.get(name.toLowerCase());
}

export function isSignatureAlgorithm(name: string): name is SignatureAlgorithm {
  return SIGNATURE_ALGORITHMS.some((algorithm) => algorithm === name);
}

export function signBytes(key: SigningKey, data: Buffer): Buffer {
  return sign(digestOf(key.algorithm), data, signer(key));
}

export function verifyBytes(key: VerificationKey, data: Buffer, signature: Buffer): boolean {
  return verify(digestOf(key.algorithm), data, verifier(key), signature);
}

const signApart = promisify(sign);
const verifyApart = promisify(verify);

/** Who computes a signature. Whoever is alone does it at once: nobody waits, and being woken takes as long as it does. */
export interface Computing {
  /** Nobody else waits for this event loop. */
  alone?: boolean | undefined;
}

/** In the thread pool, as every request needs it: a signature costs an event loop ten times what handing it over does. */
export function signMessage(key: SigningKey, data: Buffer, { alone }: Computing): Buffer | Promise<Buffer> {
  return alone === true ? signBytes(key, data) : signApart(digestOf(key.algorithm), data, signer(key));
}

export function verifyMessage(
  key: VerificationKey,
  data: Buffer,
  signature: Buffer,
  { alone }: Computing,
): boolean | Promise<boolean> {
  return alone === true
    ? verifyBytes(key, data, signature)
    : verifyApart(digestOf(key.algorithm), data, verifier(key), signature);
}

const signer = ({ privateKey: key }: SigningKey) => ({ key, dsaEncoding: 'ieee-p1363' }) as const;
const verifier = ({ keyObject: key }: VerificationKey) => ({ key, dsaEncoding: 'ieee-p1363' }) as const;

function digestOf(algorithm: SignatureAlgorithm): 'sha256' | null {
  return algorithm === 'ed25519' ? null : 'sha256';
}
