/** The envelope: its form, its header, its message. */
import type { z } from 'zod';
import type { Parsed, ReadMessage, WireMessage } from '../../messages/message-kind.js';
import { isObject } from '../../platform/is-object.js';
import { DIALECTS } from '../../protocol/dialects/dialects.js';
import { decryptMessage } from '../../protocol/envelope/encryption.js';
import {
  callbackHeader,
  encryptedMessage,
  requestHeader,
  type RequestHeader,
} from '../../protocol/envelope/envelope.schema.js';
import { parseJson } from '../../protocol/envelope/json.js';
import {
  ReceiverInvalid,
  RequestInvalid,
  SenderUriInvalid,
  TotalCountInvalid,
  VersionNotSupported,
} from '../../protocol/errors.js';
import type { Settings } from '../../use-cases/services.js';
import type { Exchange } from '../exchange.js';
import type { FacadeServices } from '../services.js';
import { decodeBody, fitting, parse } from './body.check.js';

/** An endpoint whose messages have a form of their own. */
interface Reading<Message extends WireMessage> {
  receiver?: boolean;
  parse: (value: unknown) => Parsed<Message>;
  bare?: (messageId: string) => Message;
}

const FRESHNESS_MS = 300_000;

/** Reads header and message; an encrypted message is read once it is open. */
export function readMessage<Message extends WireMessage>(
  exchange: Exchange<Message>,
  _: unknown,
  endpoint: Reading<Message>,
): void {
  exchange.text = decodeBody(exchange.content ?? exchange.request.body);
  const document = parseJson(exchange.text);
  if (!isObject(document)) throw new RequestInvalid('body: send an object with header and message');
  exchange.document = document;
  // Of a receiver's header only sender_id may be absent that handlers read; the token's sender stands in for it.
  const schema = (endpoint.receiver ? callbackHeader : requestHeader) as z.ZodType<RequestHeader>;
  const header = parse(schema, document['header'], 'header');
  exchange.header = header;
  exchange.namedSender = header.sender_id;
  exchange.encrypted = header.is_msg_encrypted === true;
  if (exchange.encrypted) parse(encryptedMessage, document['message'], 'message');
  else if (endpoint.bare !== undefined && document['message'] === undefined)
    exchange.read = endpoint.bare(header.message_id);
  else exchange.read = fitting(endpoint.parse(document['message']), 'message');
}

export async function decrypt<Message extends WireMessage>(
  exchange: Exchange<Message>,
  { keyRing }: Pick<FacadeServices, 'keyRing'>,
  endpoint: Reading<Message>,
): Promise<void> {
  if (!exchange.encrypted) return;
  const opened = await decryptMessage(exchange.document['message'], (kid) => keyRing.decryptionKey(kid));
  exchange.read = fitting(endpoint.parse(opened), 'message');
}

/** Bounds of the header that a valid signature does not give: time, receiver, action, version. */
export function checkHeader(
  exchange: Exchange,
  { clock, settings }: Pick<FacadeServices, 'clock' | 'settings'>,
  endpoint: { action: string },
): void {
  const { version, action, sender_uri: senderUri, receiver_id: receiver, message_ts: sentAt } = exchange.requestHeader;
  if (version !== undefined && !/^1\.\d+(\.\d+)?$/.test(version))
    throw new VersionNotSupported('header.version: this server speaks 1.0.0');
  // Clients write `txn_status`.
  if (action.replaceAll('_', '-') !== endpoint.action)
    throw new RequestInvalid(`header.action: rjct.action.invalid, this path takes ${endpoint.action}`);
  if (receiver !== undefined && receiver !== '' && !isOurName(receiver, exchange, settings))
    throw new ReceiverInvalid('header.receiver_id: this message is for another receiver');
  // Whether we may send there is judged where we would.
  if (senderUri !== undefined && senderUri !== '' && !URL.canParse(senderUri))
    throw new SenderUriInvalid('header.sender_uri: the URL is not valid: write it as https://host/path');
  if (Math.abs(clock().getTime() - new Date(sentAt).getTime()) > FRESHNESS_MS)
    throw new RequestInvalid('header.message_ts: rjct.message_ts.invalid, must lie within 300 seconds of now');
}

/** Beside our id and what this sender may call us: the address that it calls, ours or the registry's, last slash or not. */
function isOurName(
  receiver: string,
  { definition, knownSender }: Exchange,
  { serverId, publicUrl }: Settings,
): boolean {
  const { receiverAliases, dialect } = knownSender;
  const addresses = [publicUrl, ...(definition?.paths ?? []).map((path) => `${publicUrl}/dci/v1/${path}`)];
  return (
    [serverId, ...receiverAliases, ...(DIALECTS[dialect].receivers ?? [])].includes(receiver) ||
    addresses.includes(receiver.replace(/\/$/, ''))
  );
}

/** `total_count` is what the sender says; the items are what counts, unless they are asked to agree (protocol 8.13). */
export function checkCount(
  { message: { itemCount }, requestHeader: header }: Exchange<ReadMessage>,
  { messageLimits }: Pick<FacadeServices, 'messageLimits'>,
): void {
  const { total_count: stated }: Partial<RequestHeader> = header;
  if (messageLimits.strictTotalCount && stated !== undefined && stated !== itemCount)
    throw new TotalCountInvalid(`header.total_count: rjct.total_count.invalid, the message has ${itemCount} items`);
}
