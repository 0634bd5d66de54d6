/** From a checked exchange to a use case: the context in which its document runs, and the answer that was stored. */
import { whyWithheld } from '../access/still-released.js';
import { Forbidden } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { DirectCall, MessageSeen, type CallFacts } from '../use-cases/call.js';
import type { Context } from '../graphql/context.js';
import { createLoaders } from '../graphql/loaders.js';
import { runDocument, type NamedDocument } from '../graphql/run-document.js';
import type { Exchange } from './exchange.js';
import type { FacadeServices } from './services.js';

export type Answering = Pick<CallFacts, 'channel' | 'action' | 'messageId' | 'request' | 'digest' | 'encode'>;

/** Runs a document as the sender and gives the unsigned message to send; for a repeated message, the stored one. */
export async function answer(
  services: FacadeServices,
  exchange: Exchange,
  document: NamedDocument,
  input: unknown,
  facts: Answering,
): Promise<JsonObject> {
  const { correlationId, receivedAt, request, knownSender } = exchange;
  const { remoteAddress } = request;
  const call = new DirectCall(
    { sql: services.database, vault: services.vault, clock: services.clock },
    { ...facts, senderId: knownSender.senderId, correlationId, receivedAt, remoteAddress },
  );
  try {
    await runDocument(services.schema, document, { input }, contextFor(services, exchange, call));
  } catch (error) {
    if (error instanceof MessageSeen) return stored(await answerAgain(services, exchange, error));
    throw error;
  }
  services.tail.nudge();
  return stored(call.answer);
}

/** The stored answer, unless a right that it rests on has ended since. @throws Forbidden */
async function answerAgain(services: FacadeServices, { knownSender: sender }: Exchange, seen: MessageSeen) {
  const { database, registries, clock } = services;
  const definition = registries.byName(seen.stored.registry ?? '');
  const why = await whyWithheld(database, { sender, definition, now: clock() }, seen.stored);
  if (why === undefined) return seen.answer;
  throw new Forbidden(`this message was answered before, and its answer may not be told again: ${why}`);
}

export function contextFor(services: FacadeServices, exchange: Exchange, call: DirectCall): Context {
  return {
    principal: exchange.principal,
    call,
    services,
    get loaders() {
      return createLoaders(services.database.em(), services.database, services.clock);
    },
  };
}

function stored(message: unknown): JsonObject {
  if (typeof message !== 'object' || message === null) throw new Error('the stored answer is gone');
  return message as JsonObject;
}
