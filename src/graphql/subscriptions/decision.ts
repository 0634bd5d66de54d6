/** The second on-subscribe (protocol 3.5): what an administrator decided, due in the transaction of the decision. */
import type { Unit } from '../../entities/database.js';
import { enqueueCallback } from '../../entities/delivery.repository.js';
import type { Subscription } from '../../entities/subscription.entity.js';
import { replyHeader } from '../../protocol/reply.js';
import { writeSubscribeResponse } from '../../protocol/subscribe.translate.js';
import type { SubscribeItemAnswer } from '../../protocol/subscription.js';
import type { Services } from '../context.js';
import { definitionOf } from '../records/record.use-case.js';
import { factsOf } from './subscription.facts.js';

/** Nothing where the subscriber named no address for it. @param refusal why it is rejected; absent when approved */
export async function tellDecision(
  services: Services,
  unit: Unit,
  subscription: Subscription,
  refusal?: string,
): Promise<void> {
  const { requestId, replyUri: target, senderId, registry } = subscription;
  if (requestId == null || target == null) return;
  const now = services.clock();
  const { correlationId, page } = await placeOf(unit, subscription, requestId);
  const status = refusal === undefined ? 'SUCCEEDED' : 'REJECTED';
  const completedCount = refusal === undefined ? 1 : 0;
  const items = [answerOf(subscription, now, refusal)];
  const answer = { transactionId: subscription.transactionId, correlationId, status, completedCount, items } as const;
  const header = replyHeader(
    'on-subscribe',
    { sender_id: senderId },
    services.settings.serverId,
    { status, totalCount: 1, completedCount },
    now,
  );
  const message = writeSubscribeResponse({ ...answer, items }, definitionOf(services, registry));
  const callback = { requestId, action: 'on-subscribe', page, senderId, registry, target };
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

/** Each subscription of a request is decided once, so its rank among them numbers the callback; page 1 told all of them. */
async function placeOf(unit: Unit, { id }: Subscription, requestId: string) {
  const [row] = await unit.query<{ correlation_id: string; rank: number }>(
    `select t.correlation_id, (select count(*)::int from subscription s where s.request_id = t.id and s.id <= $2) as rank
     from transaction t where t.id = $1`,
    [requestId, id],
  );
  if (row === undefined) throw new Error('the request of a subscription vanished');
  return { correlationId: row.correlation_id, page: 1 + row.rank };
}
