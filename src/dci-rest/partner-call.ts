/** From a checked exchange to a use case: the context in which it runs, and the answer that was stored. */
import { weightOf } from '../access/rate-limits.js';
import { whyWithheld } from '../access/recheck-release.js';
import { Forbidden } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { DirectCall, MessageSeen, type CallFacts } from '../use-cases/call.js';
import { withDeadline } from '../use-cases/deadline.js';
import type { Context } from '../graphql/context.js';
import { createLoaders } from '../graphql/loaders.js';
import type { Execution } from '../messages/run.js';
import { charge } from './checks/quota.check.js';
import { recordRetelling } from '../use-cases/transaction-status/retelling.js';
import type { Exchange } from './exchange.js';
import type { FacadeServices } from './services.js';

export type Answering = Omit<
  CallFacts,
  'senderId' | 'correlationId' | 'receivedAt' | 'remoteAddress' | 'maxItems' | 'charge'
>;

/** The call of a checked exchange, whichever door it came through: the same bounds, the same price. */
export function callOf(services: FacadeServices, exchange: Exchange, facts: Answering): DirectCall {
  const { correlationId, receivedAt, request, knownSender } = exchange;
  return new DirectCall(
    { sql: services.database, vault: services.vault, clock: services.clock },
    {
      ...facts,
      senderId: knownSender.senderId,
      correlationId,
      receivedAt,
      remoteAddress: request.remoteAddress,
      maxItems: services.messageLimits.items,
      charge: ({ operation, items }) => charge(exchange, services, weightOf(operation, items)),
    },
  );
}

/** Does what a message asks as its sender, and gives the unsigned message to send; for a repeated one, what is stored. */
export async function answer(
  services: FacadeServices,
  exchange: Exchange,
  run: (execution: Execution) => Promise<unknown>,
  facts: Answering,
): Promise<JsonObject> {
  const call = callOf(services, exchange, facts);
  try {
    await withDeadline(services.settings.operationTimeoutMs, (deadline) =>
      run({ schema: services.schema, context: contextFor(services, exchange, call, deadline) }),
    );
  } catch (error) {
    if (error instanceof MessageSeen) return stored(await answerAgain(services, exchange, error, facts));
    throw error;
  }
  return stored(call.answer);
}

/** The stored answer, unless a right that it rests on has ended since; whose records it tells again is recorded. @throws Forbidden */
async function answerAgain(services: FacadeServices, exchange: Exchange, seen: MessageSeen, { channel }: Answering) {
  const { registries, clock } = services;
  const { knownSender: sender, correlationId, receivedAt, request } = exchange;
  const definition = registries.byName(seen.stored.registry ?? '');
  const why = await whyWithheld(services, { sender, definition, now: clock() }, seen.stored);
  if (why === undefined) {
    const { senderId } = sender;
    const retelling = { senderId, channel, correlationId, receivedAt, remoteAddress: request.remoteAddress };
    if (seen.stored.recordIds.length > 0) await recordRetelling(services, retelling, seen.stored, 'response');
    return seen.answer;
  }
  throw new Forbidden(`this message was answered before, and its answer may not be told again: ${why}`);
}

function contextFor(services: FacadeServices, exchange: Exchange, call: DirectCall, deadline: AbortSignal): Context {
  return {
    principal: exchange.principal,
    call,
    deadline,
    services,
    loaders: createLoaders(services.database, services.clock),
  };
}

function stored(message: unknown): JsonObject {
  if (typeof message !== 'object' || message === null) throw new Error('the stored answer is gone');
  return message as JsonObject;
}
