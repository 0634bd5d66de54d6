/** Header and message of an envelope in the standard's form, whatever form the sender's system has. */
import type { z } from 'zod';
import type { Parsed, WireMessage } from '../../messages/message-kind.js';
import { isObject } from '../../platform/plain-object.js';
import { readForms, readHeaderForms } from '../../protocol/dialects/speak.js';
import {
  callbackHeader,
  encryptedMessage,
  requestHeader,
  type RequestHeader,
} from '../../protocol/envelope/envelope.schema.js';
import type { Json, JsonObject } from '../../protocol/envelope/json.js';
import { EncryptionInvalid, ProtocolError, RequestInvalid } from '../../protocol/errors.js';
import { DIALECTS, type Dialect } from '../../protocol/vocabulary.js';
import type { Exchange } from '../exchange.js';
import { fitting, parse } from './body.check.js';

/** An endpoint whose messages have a form of their own. */
export interface Reading<Message extends WireMessage> {
  receiver?: boolean;
  parse: (value: unknown) => Parsed<Message>;
  bare?: (messageId: string) => Message;
}

interface Envelope<Message> {
  header: RequestHeader;
  /** Left out where it is encrypted. */
  message?: Message;
}

type From = Pick<Exchange, 'token' | 'definition'>;

/** @throws RequestInvalid, with the dialect that would read it where it is another vendor's form */
export function readEnvelope<Message extends WireMessage>(
  dialect: Dialect,
  document: JsonObject,
  from: From,
  endpoint: Reading<Message>,
): Envelope<Message> {
  try {
    return readIn(dialect, document, from, endpoint);
  } catch (error) {
    if (!(error instanceof RequestInvalid)) throw error;
    const other = DIALECTS.find((name) => name !== 'DCI' && isReadIn(name, document, from, endpoint));
    if (other === undefined) throw error;
    const hint = `a sender of the dialect ${other} may send this form: ask the registry’s administrator to set it`;
    throw new RequestInvalid(`${error.message}; ${hint}`);
  }
}

function readIn<Message extends WireMessage>(
  dialect: Dialect,
  { header: sent, message }: JsonObject,
  { token, definition }: From,
  endpoint: Reading<Message>,
): Envelope<Message> {
  // Of a receiver's header only sender_id may be absent that handlers read; the token's sender stands in for it.
  const schema = (endpoint.receiver ? callbackHeader : requestHeader) as z.ZodType<RequestHeader>;
  const { senderId = '' } = token ?? {};
  const header = parse(schema, readHeaderForms(dialect, sent, message, { senderId }), 'header');
  assertSaidToBe(header, message);
  if (header.is_msg_encrypted === true) {
    parse(encryptedMessage, message, 'message');
    return { header };
  }
  if (message === undefined && endpoint.bare !== undefined)
    return { header, message: endpoint.bare(header.message_id) };
  const read = message === undefined ? message : readForms(dialect, message, header.action, definition);
  return { header, message: fitting(endpoint.parse(read), 'message') };
}

/** Each member that is missing of the other kind of message would be told instead, which its sender did not mean to send. */
function assertSaidToBe({ is_msg_encrypted: said = false }: RequestHeader, message: Json | undefined): void {
  const isEncrypted = isObject(message) && 'ciphertext' in message;
  if (said && !isEncrypted)
    throw new EncryptionInvalid(
      'header.is_msg_encrypted: is true, but message has no ciphertext: encrypt it, or leave this out',
    );
  if (isEncrypted && !said)
    throw new EncryptionInvalid('header.is_msg_encrypted: must be true, as message is encrypted');
}

function isReadIn(...reading: Parameters<typeof readIn>): boolean {
  try {
    readIn(...reading);
    return true;
  } catch (error) {
    if (error instanceof ProtocolError) return false;
    throw error;
  }
}
