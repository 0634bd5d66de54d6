import type { Subscription } from '../../entities/subscriptions/subscription.entity.js';
import type { SubscriptionFacts } from '../../protocol/subscribe/subscription.js';

/** What a subscriber is told of its subscription, in its own spelling. */
export function factsOf(subscription: Subscription): SubscriptionFacts {
  const { code, state, createdAt, queryType, filter, frequency, locale } = subscription;
  return {
    code,
    state,
    timestamp: createdAt.toISOString(),
    eventType: subscription.eventTypeAsSent,
    recordType: subscription.recordTypeAsSent,
    filterType: queryType,
    filter,
    frequency,
    locale,
  };
}
