/**
 * A partner's inbox: the endpoint that callbacks and notifications are sent to. A message is taken only when its
 * signature proves that the registry sent it, now; one that comes again is acknowledged again and marked.
 */
import { randomUUID, type KeyObject } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { decryptMessage } from '../protocol/envelope/encryption.js';
import {
  BodyTooLarge,
  ContentTypeUnsupported,
  ProtocolError,
  ReceiverInvalid,
  RequestInvalid,
  ServiceUnavailable,
} from '../protocol/errors.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { ack, errorBody } from '../protocol/envelope/reply.js';
import type { HttpHeaders } from '../protocol/signature/http.profile.js';
import type { SignatureProfile } from '../protocol/vocabulary.js';
import type { RemoteKeys } from './remote-keys.js';
import { proveMessage } from './signed-message.js';

export interface InboxOptions {
  /** Of the registry: `client.keys`, or `new RemoteKeys(jwksUrl)`. */
  keys: RemoteKeys;
  /** `DCI` where left out. */
  profile?: SignatureProfile;
  /** What callers see of us; `@target-uri` of profile HTTP is built on it. */
  publicUrl?: string;
  /** Our DCI id: what is for somebody else is refused. */
  receiverId?: string;
  decryptionKey?: KeyObject | undefined;
  /** Where it fails, the message is not acknowledged, and comes again. */
  onMessage: (message: InboxMessage) => void | Promise<void>;
  /** Messages that were not taken. */
  onRefusal?: (error: ProtocolError) => void;
  clock?: () => Date;
}

export interface InboxMessage {
  /** `on-search`, `notify`, … */
  action: string;
  messageId: string;
  signedBy: string;
  /** It was taken before: delivery is at least once. */
  again: boolean;
  header: JsonObject;
  /** Decrypted. */
  message: JsonObject;
}

/** A request of whatever framework; the body as it came, since the signature is over it. */
export interface InboxRequest {
  method: string;
  /** Path and query, as the caller sent them. */
  url: string;
  headers: HttpHeaders;
  body: Buffer;
}

export interface InboxAnswer {
  status: number;
  /** To be sent as JSON. */
  body: JsonObject;
}

const MAX_BYTES = 16 * 1024 * 1024;
const FRESHNESS_MS = 300_000;
const REMEMBERED = 100_000;

/** For any framework: give it the request, send what it answers. */
export function createReceiver(options: InboxOptions): (request: InboxRequest) => Promise<InboxAnswer> {
  const clock = options.clock ?? (() => new Date());
  const seen = new Set<string>();
  return async (request) => {
    try {
      await receive(request, options, clock(), seen);
      return { status: 200, body: ack(randomUUID(), clock()) };
    } catch (error) {
      return refusal(error, options, clock());
    }
  };
}

/** For `node:http` and Express: mount it before anything that reads the body, or behind `express.raw({ type: 'application/json' })`. */
export function createInbox(options: InboxOptions): RequestListener {
  const receiver = createReceiver(options);
  const answerTo = async (request: IncomingMessage): Promise<InboxAnswer> => {
    try {
      const body = await readBody(request);
      return await receiver({ method: request.method ?? '', url: urlOf(request), headers: request.headers, body });
    } catch (error) {
      return refusal(error, options, new Date());
    }
  };
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, body } = await answerTo(request);
    if (response.destroyed) return;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
  return (request, response) => void respond(request, response);
}

function refusal(error: unknown, { onRefusal }: InboxOptions, now: Date): InboxAnswer {
  const known =
    error instanceof ProtocolError
      ? error
      : new ServiceUnavailable('the message cannot be checked now: send it again', { cause: error });
  onRefusal?.(known);
  return { status: known.status, body: errorBody(known, now) };
}

async function receive(
  { method, url, headers, body }: InboxRequest,
  { keys, profile = 'DCI', publicUrl = '', receiverId, ...options }: InboxOptions,
  now: Date,
  seen: Set<string>,
): Promise<void> {
  if (method !== 'POST') throw new RequestInvalid('messages are sent with POST');
  if (!String(headers['content-type']).startsWith('application/json'))
    throw new ContentTypeUnsupported('Content-Type: send application/json');
  const proof = await proveMessage(profile, { headers, body, to: { method, url: publicUrl + url } }, { keys, now });
  const { header, messageId, action } = readHeader(proof.document, now);
  if (receiverId !== undefined && (header['receiver_id'] ?? receiverId) !== receiverId)
    throw new ReceiverInvalid('header.receiver_id: this message is for somebody else');
  const again = seen.has(messageId);
  if (seen.size >= REMEMBERED) seen.clear();
  const message = await openMessage(proof.document, header, options.decryptionKey);
  await options.onMessage({ action, messageId, signedBy: proof.kid, again, header, message });
  // Only now: a message that could not be taken is to come again.
  seen.add(messageId);
}

/** Express cuts the path that it is mounted at off `url`. */
const urlOf = (request: IncomingMessage & { originalUrl?: string }): string =>
  request.originalUrl ?? request.url ?? '/';

async function readBody(request: IncomingMessage & { body?: unknown }): Promise<Buffer> {
  if (Buffer.isBuffer(request.body)) return request.body;
  if (request.readableEnded)
    throw new ServiceUnavailable('the inbox stands behind a parser of bodies: mount it before, or use express.raw');
  if (Number(request.headers['content-length'] ?? 0) > MAX_BYTES) throw new BodyTooLarge('the message is too large');
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    if ((size += chunk.length) > MAX_BYTES) request.destroy();
  });
  return buffer(request);
}

function readHeader(document: JsonObject, now: Date): { header: JsonObject; messageId: string; action: string } {
  const header = document['header'] as JsonObject | undefined;
  const { message_id: messageId, message_ts: time, action } = Object(header);
  if (typeof messageId !== 'string' || typeof action !== 'string' || header === undefined)
    throw new RequestInvalid('header: message_id and action are required');
  if (!(Math.abs(now.getTime() - Date.parse(String(time))) <= FRESHNESS_MS))
    throw new RequestInvalid('header.message_ts: must be within 300 s of now');
  return { header, messageId, action };
}

async function openMessage(document: JsonObject, header: JsonObject, key: KeyObject | undefined): Promise<JsonObject> {
  const { message = {} } = document;
  const opened = header['is_msg_encrypted'] === true ? await decryptMessage(message, async () => key) : message;
  return Object(opened) as JsonObject;
}
