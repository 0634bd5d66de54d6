/** Profile `JWS`: a compact JWS over the envelope, detached (RFC 7515, appendix F) or with its payload; both are read. */
import { decodeProtectedHeader, errors, FlattenedSign, flattenedVerify, type ProtectedHeaderParameters } from 'jose';
import { SignatureInvalid } from '../errors.js';
import { canonicalJson, parseJson, parseLossless, sortedJson, type LosslessObject } from '../envelope/json.js';
import { algorithmNamed, JOSE_ALGORITHMS, type SignatureAlgorithm, type VerificationKey } from './algorithm.js';
import type { EnvelopeProfile, ReceivedMessage, SignatureInfo } from './profile.js';

const MAX_LENGTH = 4096;
/** With its payload it is longer than the message, which the server has bounded. */
const MAX_ATTACHED_LENGTH = 2 ** 24;
/** `Ed25519` is the newer name of the same thing (RFC 9864). */
const ACCEPTED: Record<SignatureAlgorithm, string[]> = {
  ed25519: ['EdDSA', 'Ed25519'],
  'rsa-sha256': ['RS256'],
  'ecdsa-sha256': ['ES256'],
};

export const jwsProfile: EnvelopeProfile = {
  parse(text) {
    const { header, payload, signature } = partsOf(text);
    const { b64, ...info } = readHeader(header);
    const jws = { protected: header, signature };
    return {
      ...info,
      matches: (message, key) =>
        payload === '' ? verifyDetached(jws, message, b64, key) : b64 && verifyAttached(jws, message, payload, key),
    };
  },
  async sign({ header, message }, key, { jwsForm }) {
    const payload = Buffer.from(canonicalJson({ header, message }));
    const jws = await new FlattenedSign(payload)
      .setProtectedHeader({ alg: JOSE_ALGORITHMS[key.algorithm], kid: key.kid })
      .sign(key.privateKey);
    return `${jws.protected}.${jwsForm === 'ATTACHED' ? jws.payload : ''}.${jws.signature}`;
  },
};

function partsOf(signature: string): { header: string; payload: string; signature: string } {
  const text = signature.length > MAX_ATTACHED_LENGTH ? '' : signature.trim();
  const [header = '', payload = '', bytes = '', ...more] = text.split('.');
  const whole = [header, bytes].every((part) => BASE64URL.test(part)) && /^[\w-]*$/.test(payload);
  if (!whole || more.length > 0 || header.length + bytes.length > MAX_LENGTH)
    throw new SignatureInvalid('signature is not a compact JWS (header..signature, or header.payload.signature)');
  return { header, payload, signature: bytes };
}
const BASE64URL = /^[\w-]+$/;

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

interface Jws {
  protected: string;
  signature: string;
}

/**
 * The payload is the canonical envelope (RFC 8785), or what some signers write instead: sorted by code point, numbers as
 * they were sent. Either is one text for one message. Unencoded payloads (RFC 7797) are read too.
 */
async function verifyDetached(jws: Jws, message: ReceivedMessage, encoded: boolean, key: VerificationKey) {
  const { header, message: content } = message.document;
  const canonical = canonicalJson({ header, message: content });
  const sorted = sortedJson(envelopeOf(message.text));
  for (const payload of new Set([canonical, sorted]))
    if (await verify(jws, encoded ? Buffer.from(payload).toString('base64url') : payload, key)) return true;
  return false;
}

/** What was signed must be this very message: every member of it, whatever the order it was written in. */
async function verifyAttached(jws: Jws, { document }: ReceivedMessage, payload: string, key: VerificationKey) {
  const { header, message } = document;
  const signed = parsePayload(payload);
  return signed === canonicalJson({ header, message }) && (await verify(jws, payload, key));
}

function parsePayload(payload: string): string | undefined {
  try {
    return canonicalJson(
      parseJson(Buffer.from(payload, 'base64url').toString('utf8'), 'signature: payload of the JWS'),
    );
  } catch {
    return undefined;
  }
}

function envelopeOf(text: string): LosslessObject {
  const { header, message } = parseLossless(text) as LosslessObject;
  return { ...(header === undefined ? {} : { header }), ...(message === undefined ? {} : { message }) };
}

async function verify(jws: Jws, payload: string, key: VerificationKey): Promise<boolean> {
  try {
    await flattenedVerify({ ...jws, payload }, key.keyObject, { algorithms: ACCEPTED[key.algorithm] });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError) return false;
    throw error;
  }
}
