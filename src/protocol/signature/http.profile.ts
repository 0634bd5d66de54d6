/** Profile `HTTP`: HTTP message signatures (RFC 9421) over a content digest (RFC 9530). */
import { randomUUID } from 'node:crypto';
import { serializeDictionary, type InnerList, type Item } from 'structured-headers';
import { SignatureMissing } from '../errors.js';
import {
  HTTP_ALGORITHMS,
  signBytes,
  verifyMessage,
  type Computing,
  type SigningKey,
  type VerificationKey,
} from './algorithm.js';
import { checkMatch, checkOwner, checkTimes, MAX_LIFETIME_SECONDS } from './checks.js';
import { checkCoverage, LABEL, readHttpSignature } from './http.input.js';
import {
  checkContentDigest,
  contentDigest,
  fieldValue,
  requestMessage,
  responseMessage,
  signatureBase,
  type HttpHeaders,
  type HttpRequestMessage,
  type HttpResponseMessage,
  type SignedMessage,
} from './http.message.js';
import type { SigningOptions } from './profile.js';

export type { HttpHeaders, HttpRequestMessage, HttpResponseMessage };

export interface HttpVerificationOptions extends Computing {
  /** Whom the message says it is from, where it says so. */
  senderId?: string | undefined;
  keyFor: (senderId: string, kid: string) => Promise<VerificationKey | undefined>;
  now: Date;
  /** Its body is still to come: whoever asks so verifies it again once it is here. */
  bodyToCome?: boolean;
}

/** What the signature proves. The caller claims the nonce, so that no request works twice. */
export interface HttpProof {
  senderId: string;
  kid: string;
  nonce: string;
  /** Seconds since the epoch. */
  created: number;
}

export interface HttpSigningOptions extends SigningOptions {
  nonce?: string;
}

/** To be set on the message. */
export type SignatureHeaders = Record<'Content-Digest' | 'Signature-Input' | 'Signature', string>;

export function hasHttpSignature(headers: HttpHeaders): boolean {
  return ['signature', 'signature-input'].some((name) => fieldValue(headers, name) !== undefined);
}

/**
 * `@method`, `@target-uri`, `content-digest` and, where there is one, `authorization` must be covered.
 *
 * @throws SignatureMissing where the request has no signature fields
 * @throws SignatureInvalid naming the rule that is broken
 */
export function verifyHttpRequest(request: HttpRequestMessage, options: HttpVerificationOptions): Promise<HttpProof> {
  return verify(requestMessage(request), options);
}

/** As `verifyHttpRequest`; `@status` and `content-digest` must be covered. */
export function verifyHttpResponse(
  response: HttpResponseMessage,
  options: HttpVerificationOptions,
): Promise<HttpProof> {
  return verify(responseMessage(response), options);
}

export function signHttpRequest(
  request: HttpRequestMessage,
  key: SigningKey,
  options: HttpSigningOptions,
): SignatureHeaders {
  return sign(requestMessage(request), key, options);
}

export function signHttpResponse(
  { status, body }: { status: number; body: Buffer },
  key: SigningKey,
  options: HttpSigningOptions,
): SignatureHeaders {
  return sign(responseMessage({ status, headers: {}, body }), key, options);
}

async function verify(
  message: SignedMessage,
  { senderId, keyFor, now, alone, bodyToCome = false }: HttpVerificationOptions,
): Promise<HttpProof> {
  if (!hasHttpSignature(message.headers)) {
    throw new SignatureMissing('HTTP signature is missing: send Signature-Input, Signature and Content-Digest');
  }
  const found = readHttpSignature(message.headers);
  checkCoverage(found.input, [...message.derived.keys()], coveredBy(message));
  checkTimes(found, now);
  checkOwner(found.senderId, senderId);
  if (!bodyToCome) checkContentDigest(message);
  const base = signatureBase(message, found.input);
  const key = await keyFor(found.senderId, found.kid);
  await checkMatch(found, key, (candidate) => verifyMessage(candidate, base, found.signature, { alone }));
  return { senderId: found.senderId, kid: found.kid, nonce: found.nonce, created: found.created };
}

function sign(message: SignedMessage, key: SigningKey, options: HttpSigningOptions): SignatureHeaders {
  const digest = contentDigest(message.body);
  const input = signatureInput(coveredBy(message), key, options);
  const base = signatureBase({ ...message, headers: { ...message.headers, 'content-digest': digest } }, input);
  return {
    'Content-Digest': digest,
    'Signature-Input': serializeDictionary(new Map([[LABEL, input]])),
    Signature: serializeDictionary(new Map([[LABEL, [signBytes(key, base), new Map()]]])),
  };
}

function signatureInput(components: string[], key: SigningKey, options: HttpSigningOptions): InnerList {
  const { senderId, now, expiresInSeconds = MAX_LIFETIME_SECONDS, nonce = randomUUID() } = options;
  const created = Math.floor(now.getTime() / 1000);
  const items = components.map((name): Item => [name, new Map()]);
  const parameters = new Map<string, string | number>([
    ['created', created],
    ['expires', created + expiresInSeconds],
    ['keyid', `${senderId}|${key.kid}`],
    ['alg', HTTP_ALGORITHMS[key.algorithm]],
    ['nonce', nonce],
  ]);
  return [items, parameters];
}

/** A bearer token that is sent is bound to the request it is sent with. */
function coveredBy({ derived, headers }: SignedMessage): string[] {
  const token = derived.has('@method') && fieldValue(headers, 'authorization') !== undefined ? ['authorization'] : [];
  return [...derived.keys(), 'content-digest', ...token];
}
