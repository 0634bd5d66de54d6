/**
 * What a DCI message means, whenever it is worked on: at once (`sync/…`) or later by the worker (`…`). Facade and worker
 * read the same row: schema, document, translation in and out.
 */
import type { z } from 'zod';
import type { KnownSender } from '../access/sender-directory.js';
import type { NamedDocument } from '../graphql/run-document.js';
import type { RequestHeader } from '../protocol/envelope/envelope.schema.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { replyHeader, type ReplyStatus } from '../protocol/envelope/reply.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import type { Operation } from '../protocol/vocabulary.js';

/** What translation may look at beside the message. */
export interface MessageContext {
  definition: RegistryDefinition;
  header: RequestHeader;
  sender: KnownSender;
}

interface TypedKind<Message, Result> {
  /** `header.action` of the request, and of its reply. */
  action: string;
  replyAction: string;
  operation: Operation;
  message: z.ZodType<Message>;
  document: NamedDocument;
  /** Wire message → `$input` of the document. */
  read: (message: Message, context: MessageContext) => unknown;
  /** Result of the use case → wire message. */
  write: (result: Result, context: MessageContext) => JsonObject;
  /** For the reply's header. */
  status: (result: Result) => ReplyStatus;
  /** Ids of a message's items: `total_count` counts them, `txn/status` finds a message by them. One without id where left out. */
  items?: (message: Message) => string[];
  /** What stands for the message where a header alone is valid too, as it is in the published schemas of callbacks (protocol 1.3). */
  bare?: (messageId: string) => NoInfer<Message>;
  /** The answer's message without its ids, when a message is refused as a whole; an empty `search_response` where left out. */
  empty?: (ids: { transaction_id: string; correlation_id: string }) => JsonObject;
}

export type MessageKind = TypedKind<never, never> & { message: z.ZodType };

export function defineKind<Message, Result>(kind: TypedKind<Message, Result>): MessageKind {
  return kind as unknown as MessageKind;
}

/** The unsigned envelope that answers a message of this kind. */
export function answerEnvelope(
  kind: MessageKind,
  result: unknown,
  context: MessageContext,
  serverId: string,
  now: Date,
  messageId?: string,
): JsonObject {
  return {
    header: replyHeader(kind.replyAction, context.header, serverId, kind.status(result as never), now, messageId),
    message: kind.write(result as never, context),
  };
}
