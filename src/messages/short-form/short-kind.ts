/** What a message of the short form means: it has no envelope, and one registry of its own choice. */
import type { z } from 'zod';
import type { JsonObject } from '../../protocol/envelope/json.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import type { Operation, Registry } from '../../protocol/vocabulary.js';
import { parseAs, type Parsed, type WireMessage } from '../message-kind.js';
import type { Execution, Run } from '../run.js';

/** What every short message has. */
interface Named {
  transaction_id: string;
  sender_id: string;
  registry?: string | undefined;
  event?: { registry?: string | undefined };
}

interface TypedShortKind<Message, Result> {
  /** Below `/dci/v1`. */
  path: string;
  operation: Operation;
  defaultRegistry: Registry;
  message: z.ZodType<Message>;
  run: Run<unknown>;
  /** Wire message → what `run` takes. */
  read: (message: Message, definition: RegistryDefinition) => unknown;
  /** Result of the use case → wire message. */
  write: (result: Result) => JsonObject;
}

/** A message that fits its schema. */
export interface ShortMessage extends WireMessage {
  senderId: string;
  /** As it names it. */
  registry: string | undefined;
  /** An event may name it too. */
  eventRegistry: string | undefined;
  run: (definition: RegistryDefinition, execution: Execution) => Promise<unknown>;
}

export interface ShortEndpoint {
  path: string;
  action: string;
  operation: Operation;
  defaultRegistry: Registry;
  /** What its messages look like. */
  schema: z.ZodType;
  parse: (value: unknown) => Parsed<ShortMessage>;
  write: (result: unknown) => JsonObject;
}

export function defineShortKind<Message extends Named, Result>(kind: TypedShortKind<Message, Result>): ShortEndpoint {
  const { path, operation, defaultRegistry, message: schema, write } = kind;
  const reading = (message: Message): ShortMessage => ({
    value: message,
    transactionId: message.transaction_id,
    senderId: message.sender_id,
    registry: message.registry ?? message.event?.registry,
    eventRegistry: message.event?.registry,
    run: (definition, execution) => kind.run(kind.read(message, definition), execution),
  });
  return {
    path,
    action: path.slice(1),
    operation,
    defaultRegistry,
    schema,
    parse: (value) => parseAs(schema, value, reading),
    // A call brings back what the use case behind `run` settled it with, which is a `Result`.
    write: (result) => write(result as Result),
  };
}
