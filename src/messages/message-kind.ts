/**
 * What a DCI message means, whenever it is worked on: at once (`sync/…`) or later by the worker (`…`). A kind closes over
 * the form of its messages: doors and worker hold a `ReadMessage`, and know no more of it than they need.
 *
 * Of each operation the kind stands in `messages/<operation>/`: document, reading, writing. Schemas and translations, which
 * the client and use cases read too, stand in `protocol/<subject>/`.
 */
import type { z } from 'zod';
import type { KnownSender } from '../access/sender-directory.js';
import { readWire } from '../protocol/envelope/absent.js';
import type { RequestHeader } from '../protocol/envelope/envelope.schema.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { replyHeader, type ReplyStatus } from '../protocol/envelope/reply.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import type { Operation } from '../protocol/vocabulary.js';
import type { Execution, Run } from './run.js';

/** What translation may look at beside the message. */
export interface MessageContext {
  definition: RegistryDefinition;
  header: RequestHeader;
  sender: KnownSender;
}

interface Ids {
  transaction_id: string;
  correlation_id: string;
}

interface TypedKind<Message, Input, Result> {
  /** `header.action` of the request, and of its reply. */
  action: string;
  replyAction: string;
  operation: Operation;
  message: z.ZodType<Message>;
  run: Run<Input>;
  /** Wire message → what `run` takes. */
  read: (message: Message, context: MessageContext) => Input;
  /** Result of the use case → wire message. */
  write: (result: Result, context: MessageContext) => JsonObject;
  /** For the reply's header. */
  status: (result: Result) => ReplyStatus;
  /** Of the reply's header; empty where left out. */
  meta?: (result: Result, context: MessageContext) => JsonObject;
  /** Ids of a message's items: `total_count` counts them, `txn/status` finds a message by them. One without id where left out. */
  items?: (message: Message) => string[];
  /** What stands for the message where a header alone is valid too, as in the published schemas of callbacks (protocol 13). */
  bare?: (messageId: string) => Message;
  /** The answer's message without its ids, when a message is refused as a whole; an empty `search_response` where left out. */
  empty?: (ids: Ids) => JsonObject;
}

/** A message that fits its schema. */
export interface WireMessage {
  /** As it is stored and compared. */
  value: unknown;
  transactionId: string;
}

export interface ReadMessage extends WireMessage {
  referenceIds: string[];
  itemCount: number;
  /** Does what it asks. */
  run: (context: MessageContext, execution: Execution) => Promise<unknown>;
}

export type Parsed<Message> = { success: true; data: Message } | { success: false; error: z.ZodError };

export interface MessageKind {
  action: string;
  replyAction: string;
  operation: Operation;
  /** What its messages look like. */
  schema: z.ZodType;
  parse: (value: unknown) => Parsed<ReadMessage>;
  /** What a header alone means, where it may come alone. */
  bare?: (messageId: string) => ReadMessage;
  /** What a use case settled the call with → the message of the reply, and its status. */
  write: (result: unknown, context: MessageContext) => JsonObject;
  status: (result: unknown) => ReplyStatus;
  meta: (result: unknown, context: MessageContext) => JsonObject;
  /** The message of a reply that refuses the whole. */
  refuse: (ids: Ids) => JsonObject;
}

export function defineKind<Message extends { transaction_id: string }, Input, Result>(
  kind: TypedKind<Message, Input, Result>,
): MessageKind {
  const { action, replyAction, operation, message: schema, write, status, meta, items, bare, empty } = kind;
  const reading = (message: Message): ReadMessage => {
    const referenceIds = items?.(message) ?? [];
    return {
      value: message,
      transactionId: message.transaction_id,
      referenceIds,
      itemCount: items === undefined ? 1 : referenceIds.length,
      run: (context, execution) => kind.run(kind.read(message, context), execution),
    };
  };
  return {
    action,
    replyAction,
    operation,
    schema,
    parse: (value) => parseAs(schema, value, reading),
    // Nothing came, so nothing is stored or compared.
    ...(bare && { bare: (messageId: string) => ({ ...reading(bare(messageId)), value: null }) }),
    // A call brings back what the use case behind `run` settled it with, which is a `Result`.
    write: (result, context) => write(result as Result, context),
    status: (result) => status(result as Result),
    meta: (result, context) => meta?.(result as Result, context) ?? {},
    refuse: (ids) => ({ ...ids, ...(empty?.(ids) ?? { search_response: [] }) }),
  };
}

export function parseAs<Message, Read>(
  schema: z.ZodType<Message>,
  value: unknown,
  reading: (message: Message) => Read,
): Parsed<Read> {
  const parsed = readWire(schema, value);
  return parsed.success ? { success: true, data: reading(parsed.data) } : parsed;
}

/** The unsigned envelope that answers a message of this kind. */
export function answerEnvelope(
  kind: MessageKind,
  result: unknown,
  context: MessageContext,
  serverId: string,
  now: Date,
): JsonObject {
  const header = replyHeader(kind.replyAction, context.header, serverId, kind.status(result), now);
  return { header: { ...header, meta: kind.meta(result, context) }, message: kind.write(result, context) };
}

/** The one that refuses it as a whole. */
export function refusalEnvelope(
  kind: MessageKind,
  ids: Ids,
  { reasonCode, reasonMessage }: Pick<ReplyStatus, 'reasonCode' | 'reasonMessage'>,
  header: Pick<RequestHeader, 'sender_id' | 'version' | 'is_msg_encrypted'>,
  serverId: string,
  now: Date,
): JsonObject {
  const status = { status: 'REJECTED', totalCount: 0, completedCount: 0, reasonCode, reasonMessage } as const;
  return { header: replyHeader(kind.replyAction, header, serverId, status, now), message: kind.refuse(ids) };
}
