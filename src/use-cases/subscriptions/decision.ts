/** The second on-subscribe (protocol 3.5): what an administrator decided, due in the transaction of the decision. */
import { placeOfCallback } from '../../entities/subscriptions/subscription.repository.js';
import type { Unit } from '../../entities/database/database.js';
import { reviseAnswer } from '../../entities/transactions/answer-revision.repository.js';
import { enqueueCallback } from '../../entities/deliveries/delivery.repository.js';
import type { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import { replyHeader } from '../../protocol/envelope/reply.js';
import { writeSubscribeResponse } from '../../protocol/subscribe/subscribe.translate.js';
import type { SubscribeItemAnswer } from '../../protocol/subscribe/subscription.js';
import type { Services } from '../services.js';
import { definitionOf } from '../records/records.js';
import { reviseSubscribeAnswer } from './revise-answer.js';
import { factsOf } from './subscription.facts.js';

/**
 * Tells the subscriber, where it named an address for it, and whoever asks for the transaction's status later.
 *
 * @param refusal why it is rejected; absent when approved
 */
export async function tellDecision(
  services: Services,
  unit: Unit,
  subscription: Subscription,
  actor: string,
  refusal?: string,
): Promise<void> {
  const { requestId, replyUri: target, senderId, registry, transactionId } = subscription;
  if (requestId == null) return;
  const now = services.clock();
  const { correlationId, page } = await placeOfCallback(unit, subscription.id, requestId);
  const item = answerOf(subscription, now, refusal);
  const completedCount = item.status === 'SUCCEEDED' ? 1 : 0;
  const answer = { transactionId, correlationId, status: item.status, completedCount, items: [item] };
  const message = writeSubscribeResponse(answer, definitionOf(services, registry));
  const revise = (before: unknown, itemCount: number) => reviseSubscribeAnswer(before, message, item.status, itemCount);
  await reviseAnswer(unit, services.vault, requestId, revise, { actor, now });
  if (target == null) return;
  const status = { status: item.status, totalCount: 1, completedCount };
  const header = replyHeader('on-subscribe', { sender_id: senderId }, services.settings.serverId, status, now);
  const released = { operation: 'SUBSCRIBE' as const, consentIds: [] };
  const callback = { requestId, action: 'on-subscribe', page, senderId, registry, target, released };
  await enqueueCallback(unit, services.vault, { ...callback, envelope: { header, message } }, now);
}

function answerOf(subscription: Subscription, now: Date, refusal: string | undefined): SubscribeItemAnswer {
  const { referenceId, locale } = subscription;
  const head = { referenceId, timestamp: now.toISOString(), locale: locale ?? undefined };
  if (refusal === undefined) return { ...head, status: 'SUCCEEDED', subscription: factsOf(subscription) };
  return {
    ...head,
    status: 'REJECTED',
    reasonCode: 'rjct.notify_details.invalid',
    reasonMessage: refusal,
    subscription: factsOf(subscription),
  };
}
