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
  RequestInvalid,
  ServiceUnavailable,
} from '../protocol/errors.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { ack, errorBody } from '../protocol/envelope/reply.js';
import type { SignatureProfile } from '../protocol/vocabulary.js';
import type { RemoteKeys } from './remote-keys.js';
import { proveMessage } from './signed-message.js';

export interface InboxOptions {
  keys: RemoteKeys;
  profile: SignatureProfile;
  /** What callers see of us; `@target-uri` of profile HTTP is built on it. */
  publicUrl: string;
  decryptionKey?: KeyObject | undefined;
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

const MAX_BYTES = 16 * 1024 * 1024;
const FRESHNESS_MS = 300_000;
const REMEMBERED = 100_000;

export function createInbox({ clock = () => new Date(), ...options }: InboxOptions): RequestListener {
  const seen = new Set<string>();
  return (request, response) => {
    void receive(request, { ...options, clock }, seen).then(
      () => answer(response, 200, ack(randomUUID(), clock())),
      (error: unknown) => {
        const known =
          error instanceof ProtocolError
            ? error
            : new ServiceUnavailable('the message cannot be checked now: send it again');
        options.onRefusal?.(known);
        answer(response, known.status, errorBody(known, clock()));
      },
    );
  };
}

async function receive(
  request: IncomingMessage,
  { clock, ...options }: InboxOptions & { clock: () => Date },
  seen: Set<string>,
): Promise<void> {
  if (request.method !== 'POST') throw new RequestInvalid('messages are sent with POST');
  if (!request.headers['content-type']?.startsWith('application/json'))
    throw new ContentTypeUnsupported('Content-Type: send application/json');
  const body = await readBody(request);
  const to = { method: 'POST', url: `${options.publicUrl}${request.url ?? '/'}` };
  const proof = await proveMessage(
    options.profile,
    { headers: request.headers, body, to },
    { keys: options.keys, now: clock() },
  );
  const { header, messageId, action } = readHeader(proof.document, clock());
  const again = seen.has(messageId);
  if (seen.size >= REMEMBERED) seen.clear();
  const message = await openMessage(proof.document, header, options.decryptionKey);
  await options.onMessage({ action, messageId, signedBy: proof.kid, again, header, message });
  // Only now: a message that could not be taken is to come again.
  seen.add(messageId);
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
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

function answer(response: ServerResponse, status: number, body: JsonObject): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
