/** The envelope: its form, its header, its message. */
import { isObject } from '../../platform/plain-object.js';
import type { ReadMessage, WireMessage } from '../../messages/message-kind.js';
import { refuseStrayConsent } from '../../protocol/consent/stray-consent.js';
import { DIALECTS } from '../../protocol/dialects/dialects.js';
import { readForms } from '../../protocol/dialects/speak.js';
import { decryptMessage } from '../../protocol/envelope/encryption.js';
import type { RequestHeader } from '../../protocol/envelope/envelope.schema.js';
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
import { decodeBody, fitting } from './body.check.js';
import { readEnvelope, type Reading } from './read-envelope.js';

const FRESHNESS_MS = 300_000;

/** Reads header and message; an encrypted message is read once it is open. */
export async function readMessage<Message extends WireMessage>(
  exchange: Exchange<Message>,
  { directory }: Pick<FacadeServices, 'directory'>,
  endpoint: Reading<Message>,
): Promise<void> {
  exchange.text = decodeBody(exchange.content ?? exchange.request.body);
  const document = parseJson(exchange.text);
  if (!isObject(document)) throw new RequestInvalid('body: send an object with header and message');
  exchange.document = document;
  const known = await directory.bySenderId(exchange.token?.senderId ?? '');
  if (!endpoint.receiver) for (const part of ['header', 'message']) refuseStrayConsent(document[part], part);
  const { header, message } = readEnvelope(known?.dialect ?? 'DCI', document, exchange, endpoint);
  exchange.header = header;
  exchange.namedSender = header.sender_id;
  exchange.encrypted = message === undefined;
  if (message !== undefined) exchange.read = message;
}

export async function decrypt<Message extends WireMessage>(
  exchange: Exchange<Message>,
  { keyRing }: Pick<FacadeServices, 'keyRing'>,
  endpoint: Reading<Message>,
): Promise<void> {
  if (!exchange.encrypted) return;
  const opened = await decryptMessage(exchange.document['message'], (kid) => keyRing.decryptionKey(kid));
  if (!endpoint.receiver) refuseStrayConsent(opened, 'message');
  const { knownSender, requestHeader: header, definition } = exchange;
  const message = readForms(knownSender.dialect, opened, header.action, definition);
  exchange.read = fitting(endpoint.parse(message), 'message');
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
    throw new ReceiverInvalid(
      `header.receiver_id: this message is for another receiver; write ${settings.serverId}, or ask the registry’s administrator to give this sender the name among its receiverAliases`,
    );
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
  if (receiver === serverId) return true;
  const { receiverAliases, dialect } = knownSender;
  const addresses = [publicUrl, ...(definition?.paths ?? []).map((path) => `${publicUrl}/dci/v1/${path}`)];
  return (
    [...receiverAliases, ...(DIALECTS[dialect].receivers ?? [])].includes(receiver) ||
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
