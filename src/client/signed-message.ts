/** Messages as they travel: signed in the profile of the partner on the way out, proven on the way in. */
import { randomUUID } from 'node:crypto';
import { parseJson, type JsonObject } from '../protocol/envelope/json.js';
import { RequestInvalid } from '../protocol/errors.js';
import {
  signHttpRequest,
  verifyHttpRequest,
  verifyHttpResponse,
  type HttpHeaders,
} from '../protocol/signature/http.profile.js';
import { signEnvelope, verifyEnvelope, type SigningKey } from '../protocol/signature/signature.js';
import type { SignatureProfile } from '../protocol/vocabulary.js';
import type { RemoteKeys } from './remote-keys.js';

export interface Signer {
  senderId: string;
  key: SigningKey;
  profile: SignatureProfile;
  clock: () => Date;
}

export interface SignedRequest {
  headers: Record<string, string>;
  body: Buffer;
}

/** A POST of an envelope, or with profile `HTTP` of any object. */
export async function signRequest(
  { senderId, key, profile, clock }: Signer,
  content: JsonObject,
  { url, token }: { url: string; token?: string | undefined },
): Promise<SignedRequest> {
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  };
  const options = { senderId, now: clock() };
  if (profile === 'HTTP') {
    const body = Buffer.from(JSON.stringify(content));
    const message = { method: 'POST', targetUri: new URL(url).href, headers, body };
    return { headers: { ...headers, ...signHttpRequest(message, key, { ...options, nonce: randomUUID() }) }, body };
  }
  const { header, message } = content;
  const signature = await signEnvelope(profile, { header, message }, key, options);
  return { headers, body: Buffer.from(JSON.stringify({ signature, ...content })) };
}

export interface Received {
  headers: HttpHeaders;
  body: Buffer;
  /** Of a reply its status, of a request where it was sent. */
  to: { status: number } | { method: string; url: string };
}

export interface Proven {
  document: JsonObject;
  /** The key that signed it. */
  kid: string;
}

/**
 * @throws RequestInvalid for anything but a JSON object
 * @throws SignatureMissing or SignatureInvalid naming the rule that is broken
 */
export async function proveMessage(
  profile: SignatureProfile,
  { headers, body, to }: Received,
  { keys, now }: { keys: RemoteKeys; now: Date },
): Promise<Proven> {
  const text = body.toString('utf8');
  const document = parseJson(text);
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new RequestInvalid('body must be a JSON object');
  if (profile === 'HTTP') {
    const options = { now, keyFor: (_sender: string, kid: string) => keys.verificationKey(kid) };
    const { kid } =
      'status' in to
        ? await verifyHttpResponse({ headers, body, status: to.status }, options)
        : await verifyHttpRequest({ headers, body, method: to.method, targetUri: to.url }, options);
    return { document, kid };
  }
  const senderId = String(Object(document['header']).sender_id ?? '');
  const options = { senderId, now, keyFor: (kid: string) => keys.verificationKey(kid) };
  return { document, ...(await verifyEnvelope(profile, { text, document }, options)) };
}
