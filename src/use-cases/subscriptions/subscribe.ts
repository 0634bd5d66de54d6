/** Subscribe and unsubscribe: the change and the audit row of the request commit together. */
import { decideGate, forbiddenBy, summarizeDecision, type AccessReason } from '../../access/decide-access.js';
import type { KnownSender } from '../../access/sender-directory.js';
import type { Unit } from '../../entities/database/database.js';
import type { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import { endSubscription } from '../../entities/subscriptions/subscription-end.repository.js';
import {
  eventsFrom,
  findRequestId,
  lockSubscriber,
  LIVE_STATES,
  findSubscription,
  findSubscriptionsOfRequest,
} from '../../entities/subscriptions/subscription.repository.js';
import { isUuid } from '../../platform/uuid.js';
import { DIALECTS } from '../../protocol/dialects/dialects.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import type {
  SubscribeAnswer,
  SubscribeItemAnswer,
  SubscribeQuestion,
  UnsubscribeAnswer,
  UnsubscribeQuestion,
} from '../../protocol/subscribe/subscription.js';
import type { TransactionStatus } from '../../protocol/vocabulary.js';
import { judgedAt, type Call, type Outcome } from '../call.js';
import type { Services } from '../services.js';
import { definitionOf } from '../records/records.js';
import { SubscribeItems } from './subscribe-items.js';

interface Caller {
  sender: KnownSender;
  call: Call;
}

/** Why UNSUBSCRIBE is not covered does not matter as long as the sender may use it. */
const HARMLESS = new Set<AccessReason>(['NO_AGREEMENT', 'REGISTRY_NOT_ALLOWED']);

/** @throws Forbidden when no agreement in force covers SUBSCRIBE */
export async function subscribe(
  services: Services,
  { sender, call }: Caller,
  question: SubscribeQuestion,
): Promise<SubscribeAnswer> {
  const definition = definitionOf(services, question.registry);
  const gate = decideGate({ sender, definition, operation: 'SUBSCRIBE', now: judgedAt(services, call) });
  if (!gate.allowed) throw forbiddenBy(gate);
  await call.admit({ operation: 'SUBSCRIBE', items: question.items.length });
  const { agreements } = gate;
  return services.database.transaction(async (unit) => {
    await lockSubscriber(unit, sender.senderId);
    const subscriber = { sender, definition, agreements, question };
    const subscribing = new SubscribeItems(services, unit, subscriber, await eventsFrom(unit));
    const items: SubscribeItemAnswer[] = [];
    for (const item of question.items) items.push(await subscribing.answer(item));
    const answer = answerOf(question.transactionId, call, items);
    await call.settle(outcomeOf(answer, definition, { items: subscribing.decisions }), unit);
    const requestId = await findRequestId(unit, sender.senderId, call.correlationId);
    for (const subscription of subscribing.made) subscription.requestId = requestId;
    return answer;
  });
}

/**
 * Ends the caller's own subscriptions, of whatever registry, and needs no agreement for it: nothing is released. Unknown
 * and foreign codes are answered alike.
 *
 * @throws Forbidden when the sender may not use UNSUBSCRIBE at all
 */
export async function unsubscribe(
  services: Services,
  { sender, call }: Caller,
  question: UnsubscribeQuestion,
): Promise<UnsubscribeAnswer> {
  const definition = definitionOf(services, question.registry);
  const gate = decideGate({ sender, definition, operation: 'UNSUBSCRIBE', now: judgedAt(services, call) });
  if (!gate.allowed && !HARMLESS.has(gate.reason)) throw forbiddenBy(gate);
  await call.admit({ operation: 'UNSUBSCRIBE', items: 1 });
  return services.database.transaction(async (unit) => {
    await lockSubscriber(unit, sender.senderId);
    const answer: UnsubscribeAnswer = {
      transactionId: question.transactionId,
      correlationId: call.correlationId,
      timestamp: services.clock().toISOString(),
      ...(await endAll(services, unit, sender, question.codes)),
    };
    await call.settle(
      {
        operation: 'UNSUBSCRIBE',
        registry: definition.registry,
        transactionId: question.transactionId,
        status: answer.status,
        statusReasonCode: answer.reasonCode,
        statusReasonMessage: answer.reasonMessage,
        accessDecision: summarizeDecision(gate),
        referenceIds: question.codes,
        itemCount: question.codes.length,
        itemsDone: question.codes.length,
        recordCount: 0,
        result: answer,
      },
      unit,
    );
    return answer;
  });
}

function answerOf(transactionId: string, call: Call, items: SubscribeItemAnswer[]): SubscribeAnswer {
  const completedCount = items.filter(({ status }) => status === 'SUCCEEDED').length;
  return { transactionId, correlationId: call.correlationId, status: overall(items), completedCount, items };
}

function overall(items: SubscribeItemAnswer[]): TransactionStatus {
  const has = (wanted: TransactionStatus) => items.some(({ status }) => status === wanted);
  if (has('SUCCEEDED') || items.length === 0) return 'SUCCEEDED';
  return has('PENDING') ? 'PENDING' : 'REJECTED';
}

function outcomeOf(answer: SubscribeAnswer, definition: RegistryDefinition, accessDecision: unknown): Outcome {
  const refused = answer.items.find(({ status }) => status === 'REJECTED');
  return {
    operation: 'SUBSCRIBE',
    registry: definition.registry,
    transactionId: answer.transactionId,
    status: answer.status,
    statusReasonCode: refused?.reasonCode,
    statusReasonMessage: refused?.reasonMessage,
    accessDecision,
    referenceIds: answer.items.map(({ referenceId }) => referenceId),
    itemCount: answer.items.length,
    itemsDone: answer.items.filter(({ status }) => status !== 'PENDING').length,
    recordCount: 0,
    result: answer,
  };
}

type Ended = Pick<UnsubscribeAnswer, 'status' | 'reasonCode' | 'reasonMessage' | 'codes'>;

async function endAll(services: Services, unit: Unit, sender: KnownSender, codes: string[]): Promise<Ended> {
  const own: UnsubscribeAnswer['codes'] = [];
  let first: Pick<Ended, 'reasonCode' | 'reasonMessage'> | undefined;
  if (codes.length === 0) first = UNKNOWN;
  for (const code of new Set(codes)) {
    const named = await findNamed(unit, sender, code);
    if (named.length === 0) first ??= UNKNOWN;
    for (const subscription of named) {
      own.push({ code: subscription.code, ended: true });
      if (LIVE_STATES.includes(subscription.state))
        await endSubscription(unit, subscription, 'unsubscribed', services.clock());
      else first ??= OVER;
    }
  }
  return { status: first === undefined ? 'SUCCEEDED' : 'REJECTED', ...first, codes: own };
}

/** By its code; of some systems, all that were made by the request whose acknowledgement had this `correlation_id`. */
async function findNamed(unit: Unit, { senderId, dialect }: KnownSender, code: string): Promise<Subscription[]> {
  const subscription = await findSubscription(unit, senderId, code);
  if (subscription !== null) return [subscription];
  if (DIALECTS[dialect].subscriptionsByRequest !== true || !isUuid(code)) return [];
  return findSubscriptionsOfRequest(unit, senderId, code);
}

const UNKNOWN = {
  reasonCode: 'rjct.subscription_code.invalid',
  reasonMessage: 'subscription_codes: name subscriptions of this sender, by the code that on-subscribe told',
} as const;
const OVER = {
  reasonCode: 'rjct.event.already_unsubscribed',
  reasonMessage: 'subscription_codes: a subscription among them has ended before',
} as const;
