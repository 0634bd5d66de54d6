/** Profile `JWS`: a detached compact JWS (RFC 7515, appendix F) over the canonical envelope. */
import { decodeProtectedHeader, errors, FlattenedSign, flattenedVerify, type ProtectedHeaderParameters } from 'jose';
import { SignatureInvalid } from '../errors.js';
import { canonicalJson } from '../envelope/json.js';
import { algorithmNamed, JOSE_ALGORITHMS, type SignatureAlgorithm, type VerificationKey } from './algorithm.js';
import type { EnvelopeProfile, ReceivedMessage, SignatureInfo } from './profile.js';

const MAX_LENGTH = 4096;
/** `Ed25519` is the newer name of the same thing (RFC 9864). */
const ACCEPTED: Record<SignatureAlgorithm, string[]> = {
  ed25519: ['EdDSA', 'Ed25519'],
  'rsa-sha256': ['RS256'],
  'ecdsa-sha256': ['ES256'],
};

export const jwsProfile: EnvelopeProfile = {
  parse(text) {
    const [, header, signature] = /^([\w-]+)\.\.([\w-]+)$/.exec(text.length > MAX_LENGTH ? '' : text.trim()) ?? [];
    if (header === undefined || signature === undefined) {
      throw new SignatureInvalid('signature is not a detached compact JWS (header..signature)');
    }
    const { b64, ...info } = readHeader(header);
    const jws = { protected: header, signature };
    return { ...info, matches: (message, key) => verify(jws, payloadOf(message, b64), key) };
  },
  async sign({ header, message }, key) {
    const payload = Buffer.from(canonicalJson({ header, message }));
    const jws = await new FlattenedSign(payload)
      .setProtectedHeader({ alg: JOSE_ALGORITHMS[key.algorithm], kid: key.kid })
      .sign(key.privateKey);
    return `${jws.protected}..${jws.signature}`;
  },
};

function readHeader(header: string): SignatureInfo & { b64: boolean } {
  const { kid, alg, b64, ...rest } = decode(header);
  const algorithm = typeof alg === 'string' ? algorithmNamed(alg) : undefined;
  if (!algorithm) throw new SignatureInvalid('signature: alg of the JWS header must be EdDSA, RS256 or ES256');
  if (typeof kid !== 'string' || kid === '') throw new SignatureInvalid('signature: kid of the JWS header is missing');
  return { kid, algorithm, ...timesOf(rest), b64: b64 !== false };
}

/** Times that some signers add to the header; the message itself carries its own. */
function timesOf({ iat, exp }: Record<string, unknown>): Pick<SignatureInfo, 'created' | 'expires'> {
  for (const [name, time] of Object.entries({ iat, exp }))
    if (time !== undefined && typeof time !== 'number')
      throw new SignatureInvalid(`signature: ${name} of the JWS header must be a number of seconds since 1970`);
  return {
    ...(typeof iat === 'number' ? { created: iat } : {}),
    ...(typeof exp === 'number' ? { expires: exp } : {}),
  };
}

function decode(header: string): ProtectedHeaderParameters {
  try {
    return decodeProtectedHeader({ protected: header, payload: '' });
  } catch {
    throw new SignatureInvalid('signature: the JWS header cannot be read');
  }
}

/** Unencoded payloads (RFC 7797) are read too. */
function payloadOf({ document: { header, message } }: ReceivedMessage, encoded: boolean): string {
  const payload = canonicalJson({ header, message });
  return encoded ? Buffer.from(payload).toString('base64url') : payload;
}

async function verify(
  jws: { protected: string; signature: string },
  payload: string,
  key: VerificationKey,
): Promise<boolean> {
  try {
    await flattenedVerify({ ...jws, payload }, key.keyObject, { algorithms: ACCEPTED[key.algorithm] });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return false;
    throw error;
  }
}
