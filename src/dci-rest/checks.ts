/** The named checks a request passes, each with one reason to fail. An endpoint reads as its list of them. */
import { scopesAllow } from '../access/scopes.js';
import { credentialOf } from '../access/token.js';
import { readWire } from '../protocol/envelope/absent.js';
import { decryptMessage } from '../protocol/envelope/encryption.js';
import {
  callbackHeader,
  describeProblem,
  encryptedMessage,
  requestHeader,
  type RequestHeader,
} from '../protocol/envelope/envelope.schema.js';
import {
  ContentTypeUnsupported,
  EncryptionInvalid,
  Forbidden,
  ReceiverInvalid,
  RequestInvalid,
  SenderInvalid,
  SenderUriInvalid,
  SignatureMissing,
  TokenInvalid,
  TooManyRequests,
  TotalCountInvalid,
  VersionNotSupported,
} from '../protocol/errors.js';
import { parseJson, type Json, type JsonObject } from '../protocol/envelope/json.js';
import { hasHttpSignature, verifyHttpRequest } from '../protocol/signature/http.profile.js';
import { readSignature, verifyEnvelope } from '../protocol/signature/signature.js';
import type { z } from 'zod';
import type { Exchange } from './exchange.js';
import { encryptionKeyOf } from '../messages/outgoing.js';
import type { Settings } from '../use-cases/services.js';
import type { FacadeServices } from './services.js';
import { senderKey } from './unknown-key.js';

/** What a check knows of the endpoint it guards. */
export interface CheckedEndpoint {
  action: string;
  message: z.ZodType;
  receiver?: boolean;
  /** What stands for a message that is left out, where it may be. */
  bare?: (messageId: string) => unknown;
  /** Takes no form. */
  jsonOnly?: boolean;
  items?: (message: never) => string[];
}

export type Check = (exchange: Exchange, services: FacadeServices, endpoint: CheckedEndpoint) => Promise<void> | void;

const FRESHNESS_MS = 300_000;

export const requireJson: Check = ({ request }) => {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';');
  if (type.trim().toLowerCase() !== 'application/json')
    throw new ContentTypeUnsupported('Content-Type: send application/json');
};

export const requireToken: Check = async (exchange, { tokens, clock }) => {
  const [scheme, token, ...rest] = (exchange.request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '' || rest.length > 0)
    throw new TokenInvalid('Authorization: send Bearer and an access token from /oauth2/client/token');
  exchange.token = await tokens.verify(token, clock());
  const { thumbprint } = exchange.token;
  if (thumbprint !== undefined && thumbprint !== exchange.request.certificate?.thumbprint)
    throw new TokenInvalid('the access token is bound to a client certificate: send it over mutual TLS');
};

/** Reads header and message; an encrypted message is checked once it is open. */
export const readMessage: Check = (exchange, _, endpoint) => {
  exchange.text = decodeBody(exchange.content ?? exchange.request.body);
  const document = parseJson(exchange.text);
  if (!isObject(document)) throw new RequestInvalid('body: send an object with header and message');
  exchange.document = document;
  // Of a receiver's header only sender_id may be absent that handlers read; the token's sender stands in for it.
  const header = (endpoint.receiver ? callbackHeader : requestHeader) as z.ZodType<RequestHeader>;
  exchange.header = parse(header, document['header'], 'header');
  exchange.encrypted = exchange.requestHeader.is_msg_encrypted === true;
  const schema = exchange.encrypted ? encryptedMessage : endpoint.message;
  exchange.lacksMessage = endpoint.bare !== undefined && document['message'] === undefined && !exchange.encrypted;
  exchange.message = exchange.lacksMessage
    ? endpoint.bare?.(exchange.header.message_id)
    : parse(schema, document['message'], 'message');
};

/** The token's sender and the header's must be one; an unknown one and another's are told in the same words. */
export const findSender: Check = async (exchange, { directory }) => {
  const { token } = exchange;
  const named = exchange.header?.sender_id ?? token?.senderId;
  const sender = token === undefined ? undefined : await directory.bySenderId(token.senderId);
  if (token === undefined || sender === undefined || named !== token.senderId || sender.clientId !== token.clientId)
    throw new SenderInvalid('header.sender_id: must be the sender that the access token was issued to');
  if (token.credential !== credentialOf(sender))
    throw new TokenInvalid('the access token has ended with its client secret: get a new one');
  exchange.sender = token.scopes.length === 0 ? sender : { ...sender, scopes: token.scopes };
  if (sender.state !== 'ACTIVE') throw new Forbidden('this sender is not active; ask the registry’s administrator');
};

export const verifySignature: Check = async (exchange, services) => {
  const { clock } = services;
  const sender = exchange.knownSender;
  const keyFor = (kid: string) => senderKey(services, sender, kid);
  if (sender.signatureProfile === 'HTTP') return verifyHttp(exchange, services);
  const { text, document } = exchange;
  if (sender.signaturePolicy === 'OPTIONAL' && readSignature(sender.signatureProfile, document) === undefined) return;
  await verifyEnvelope(
    sender.signatureProfile,
    { text, document },
    { senderId: sender.senderId, keyFor, now: clock() },
  );
  exchange.signed = true;
};

/** The `HTTP` profile (RFC 9421), also for the short form, where it is the only one. */
export async function verifyHttp(exchange: Exchange, services: FacadeServices): Promise<void> {
  const sender = exchange.knownSender;
  const { method, url, headers, body, bodyHash } = exchange.request;
  if (!hasHttpSignature(headers)) {
    if (sender.signaturePolicy === 'OPTIONAL') return;
    throw new SignatureMissing('Signature-Input and Signature: sign the request (RFC 9421) with a registered key');
  }
  const keyFor = (senderId: string, kid: string) =>
    senderId === sender.senderId ? senderKey(services, sender, kid) : Promise.resolve(undefined);
  const content = bodyHash === undefined ? body : { sha256: bodyHash };
  const message = { method, targetUri: `${services.settings.publicUrl}${url}`, headers, body: content };
  const proof = await verifyHttpRequest(message, { senderId: sender.senderId, keyFor, now: services.clock() });
  exchange.nonce = proof.nonce;
  exchange.signed = true;
}

export const decrypt: Check = async (exchange, { keyRing }, endpoint) => {
  if (!exchange.encrypted) return;
  const opened: Json = await decryptMessage(exchange.message, (kid) => keyRing.decryptionKey(kid));
  exchange.message = parse(endpoint.message, opened, 'message');
};

/** Accepted work runs later without the token, so its scopes count here. */
export const requireScope: Check = ({ knownSender, operation, definition }, _, { action }) => {
  if (!scopesAllow(knownSender.scopes, { action, operation, definition }))
    throw new Forbidden(`the access token has no scope for ${action}: ask for registry.${action}`);
};

/** Before any work is done: an answer that must be encrypted needs a key to encrypt it to. */
export const requireReplyKey: Check = ({ encrypted, knownSender }, _, { receiver }) => {
  if (!receiver && (encrypted || knownSender.encryptReplies)) encryptionKeyOf(knownSender);
};

/** Forms that have no place for an encrypted message refuse a sender that must get no other. */
export const requireClearReply: Check = ({ knownSender }) => {
  if (knownSender.encryptReplies)
    throw new EncryptionInvalid(
      'replies to this sender must be encrypted, which this form cannot do: use /dci/v1/{registry}/registry/…',
    );
};

/** Bounds of the header that a valid signature does not give: time, receiver, action, version. */
export const checkHeader: Check = (exchange, { clock, settings }, endpoint) => {
  const { version, action, sender_uri: senderUri, receiver_id: receiver, message_ts: sentAt } = exchange.requestHeader;
  if (version !== undefined && !/^1\.\d+(\.\d+)?$/.test(version))
    throw new VersionNotSupported('header.version: this server speaks 1.0.0');
  // Clients write `txn_status`.
  if (action.replaceAll('_', '-') !== endpoint.action)
    throw new RequestInvalid(`header.action: rjct.action.invalid, this path takes ${endpoint.action}`);
  if (receiver !== undefined && !isOurName(receiver, exchange, settings))
    throw new ReceiverInvalid('header.receiver_id: this message is for another receiver');
  // Whether we may send there is judged where we would.
  if (senderUri !== undefined && senderUri !== '' && !URL.canParse(senderUri))
    throw new SenderUriInvalid('header.sender_uri: the URL is not valid: write it as https://host/path');
  if (Math.abs(clock().getTime() - new Date(sentAt).getTime()) > FRESHNESS_MS)
    throw new RequestInvalid('header.message_ts: rjct.message_ts.invalid, must lie within 300 seconds of now');
};

/** Clients that have no name for us write the address they call: ours, or that of the registry, with or without a last slash. */
function isOurName(receiver: string, { definition }: Exchange, { serverId, publicUrl }: Settings): boolean {
  const addresses = [publicUrl, ...(definition?.paths ?? []).map((path) => `${publicUrl}/dci/v1/${path}`)];
  return ['', serverId, ...addresses].includes(receiver.replace(/\/$/, ''));
}

/** `total_count` is what the sender says; the items are what counts, unless they are asked to agree (protocol 8.13). */
export const checkCount: Check = (exchange, { messageLimits }, { items }) => {
  const count = items?.(exchange.message as never).length ?? 1;
  const { total_count: stated } = exchange.requestHeader as Partial<RequestHeader>;
  if (messageLimits.strictTotalCount && stated !== undefined && stated !== count)
    throw new TotalCountInvalid(`header.total_count: rjct.total_count.invalid, the message has ${count} items`);
};

/**
 * A request costs one point; what it asks for beyond that is charged where it is worked on. A quota is spent only by its
 * proven owner, so this comes behind the signature.
 */
export const limitBySender: Check = async (exchange, services) => {
  await charge(exchange, services, 1);
  exchange.paid = 1;
};

/** Spends the sender's quotas, less what this request has paid before. @throws TooManyRequests */
export async function charge(exchange: Exchange, { limiter }: FacadeServices, weight: number): Promise<void> {
  const { paid } = exchange;
  exchange.paid = Math.max(0, paid - weight);
  if (paid >= weight) return;
  exchange.quotas = await limiter.bySender(exchange.knownSender, weight, paid);
  const last = exchange.quotas.at(-1);
  if (last !== undefined && !last.allowed)
    throw new TooManyRequests('the quota of this sender is spent: wait as Retry-After says', last.reset);
}

/** Strict: a byte that is no UTF-8 would otherwise be replaced, and the signature checked over another text. */
export function decodeBody(body: Buffer): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new RequestInvalid('body: is not UTF-8');
  }
}
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function parse<T>(schema: z.ZodType<T>, value: unknown, root: string): T {
  const result = readWire(schema, value);
  if (!result.success) throw new RequestInvalid(describeProblem(result.error, root));
  return result.data;
}

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
