/** `private_key_jwt` (RFC 7523): a client proves itself with a JWT that it signed, once, within a minute. */
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { decodeJwt, jwtVerify, type JWTPayload } from 'jose';
import type { VerificationKey } from '../protocol/signature/signature.js';
import { JOSE_ALGORITHMS } from '../protocol/signature/keys.js';
import { kidOf } from './token.js';

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const MAX_LIFE_SECONDS = 60;
/** How far the client's clock may run ahead. */
const SKEW_SECONDS = 5;

export interface AssertionOptions {
  /** The token endpoints and the issuer. */
  audience: string[];
  now: Date;
  /** The client's key of this kid, or its only one where the assertion names none. */
  keyFor: (kid: string | undefined) => Promise<VerificationKey | undefined>;
  /** Claims the `jti`; false when it was used before. */
  useOnce: (jti: string, expiresAt: Date) => Promise<boolean>;
}

export class AssertionInvalid extends Error {
  override readonly name = 'AssertionInvalid';
}

/** Which client an assertion says it is of; nothing is proven yet. Undefined where it is no JWT. */
export function claimedClient(assertion: string): string | undefined {
  try {
    const { sub } = decodeJwt(assertion);
    return typeof sub === 'string' && sub.length <= 255 ? sub : undefined;
  } catch {
    return undefined;
  }
}

/** @throws AssertionInvalid for every cause; a wrong signature and an unknown key cost the same work */
export async function verifyAssertion(assertion: string, clientId: string, options: AssertionOptions): Promise<void> {
  const { audience, now, keyFor, useOnce } = options;
  // The key decides the algorithm; a key that nobody has lets an unknown client fail where a wrong signature does.
  const key = (await keyFor(kidOf(assertion))) ?? NOBODY;
  // What is asked of the database stands outside: that it is away is no fault of the assertion.
  const { jti, expiresAt } = await prove(assertion, clientId, { audience, now, key });
  if (!(await useOnce(jti, expiresAt))) throw new AssertionInvalid('jti was used before');
}

async function prove(
  assertion: string,
  clientId: string,
  { audience, now, key }: Pick<AssertionOptions, 'audience' | 'now'> & { key: VerificationKey },
): Promise<{ jti: string; expiresAt: Date }> {
  try {
    const { payload } = await jwtVerify(assertion, key.keyObject, {
      algorithms: [JOSE_ALGORITHMS[key.algorithm]],
      audience,
      issuer: clientId,
      subject: clientId,
      requiredClaims: ['exp', 'jti'],
      clockTolerance: SKEW_SECONDS,
      currentDate: now,
    });
    return lifeOf(payload, now);
  } catch (cause) {
    throw cause instanceof AssertionInvalid ? cause : new AssertionInvalid('the assertion does not hold', { cause });
  }
}

function lifeOf({ exp = 0, jti, nbf, iat }: JWTPayload, now: Date): { jti: string; expiresAt: Date } {
  const seconds = now.getTime() / 1000;
  if (exp > seconds + MAX_LIFE_SECONDS + SKEW_SECONDS) throw new AssertionInvalid('exp lies more than 60 s ahead');
  if ((nbf ?? 0) > seconds + SKEW_SECONDS || (iat ?? 0) > seconds + SKEW_SECONDS)
    throw new AssertionInvalid('nbf or iat lies ahead');
  if (typeof jti !== 'string' || !/^[\x21-\x7e]{1,255}$/.test(jti)) throw new AssertionInvalid('jti is no identifier');
  return { jti, expiresAt: new Date((exp + SKEW_SECONDS) * 1000) };
}

const NOBODY: VerificationKey = {
  kid: '',
  algorithm: 'ed25519',
  keyObject: createPublicKey(generateKeyPairSync('ed25519').privateKey),
};
