/** HTTP messages as RFC 9421 sees them: the signature base (2.5) and the digest of the content (RFC 9530). */
import { hash } from 'node:crypto';
import { parseDictionary, serializeDictionary, serializeInnerList, type InnerList } from 'structured-headers';
import { SignatureInvalid } from '../errors.js';

/** Names in any case; several values as an array, as Node has them. */
export type HttpHeaders = Record<string, string | string[] | undefined>;

export interface HttpRequestMessage {
  method: string;
  /** Absolute, on our `PUBLIC_URL` where we receive. */
  targetUri: string;
  headers: HttpHeaders;
  body: Buffer | StreamedBody;
  /** The body as it was sent, where it came compressed: some sign that (RFC 9530), some what they had before. */
  coded?: StreamedBody | undefined;
}

/** Of a body that was not kept. */
export interface StreamedBody {
  sha256: Buffer;
}

export interface HttpResponseMessage {
  status: number;
  headers: HttpHeaders;
  body: Buffer;
}

/** Either kind: `derived` holds the values of its derived components (RFC 9421, 2.2). */
export interface SignedMessage {
  derived: Map<string, string>;
  headers: HttpHeaders;
  body: Buffer | StreamedBody;
  coded?: StreamedBody | undefined;
}

export function requestMessage({ method, targetUri, headers, body, coded }: HttpRequestMessage): SignedMessage {
  return {
    derived: new Map([
      ['@method', method],
      ['@target-uri', targetUri],
    ]),
    headers,
    body,
    coded,
  };
}

export function responseMessage({ status, headers, body }: HttpResponseMessage): SignedMessage {
  return { derived: new Map([['@status', String(status)]]), headers, body };
}

/** The combined value of a field (RFC 9421, 2.1); undefined where it is absent. */
export function fieldValue(headers: HttpHeaders, name: string): string | undefined {
  const value = Object.entries(headers).find(([other]) => other.toLowerCase() === name)?.[1];
  if (value === undefined) return undefined;
  return (Array.isArray(value) ? value : [value]).map((line) => line.trim()).join(', ');
}

/** @throws SignatureInvalid naming a covered component that the message does not have */
export function signatureBase(message: SignedMessage, input: InnerList): Buffer {
  const lines = input[0].map(([component]) => {
    const name = String(component);
    const value = message.derived.get(name) ?? fieldValue(message.headers, name);
    if (value === undefined)
      throw new SignatureInvalid(`HTTP signature covers "${name}", which is not in this message`);
    return `"${name}": ${value}\n`;
  });
  return Buffer.from(`${lines.join('')}"@signature-params": ${serializeInnerList(input)}`);
}

/** `Content-Digest` for these bytes. */
export function contentDigest(body: Buffer | StreamedBody): string {
  return serializeDictionary(new Map([['sha-256', [sha256(body), new Map()]]]));
}

/** @throws SignatureInvalid unless `Content-Digest` holds the SHA-256 of the body */
export function checkContentDigest({ headers, body, coded }: SignedMessage): void {
  const [given] = readDictionary(headers, 'content-digest').get('sha-256') ?? [];
  if (!(given instanceof ArrayBuffer))
    throw new SignatureInvalid('Content-Digest must have a sha-256 member (RFC 9530)', { fault: 'DIGEST' });
  const digest = Buffer.from(given);
  if (!sha256(body).equals(digest) && coded?.sha256.equals(digest) !== true)
    throw new SignatureInvalid('Content-Digest is not the digest of the body', { fault: 'DIGEST' });
}

/** @throws SignatureInvalid where the field is absent or not a dictionary of RFC 9651 */
export function readDictionary(headers: HttpHeaders, name: string): ReturnType<typeof parseDictionary> {
  const value = fieldValue(headers, name);
  if (value === undefined) throw new SignatureInvalid(`HTTP signature: the field ${name} is missing`);
  try {
    return parseDictionary(value);
  } catch (cause) {
    throw new SignatureInvalid(`HTTP signature: the field ${name} is not a structured dictionary (RFC 9651)`, {
      cause,
    });
  }
}

function sha256(body: Buffer | StreamedBody): Buffer {
  return Buffer.isBuffer(body) ? hash('sha256', body, 'buffer') : body.sha256;
}
