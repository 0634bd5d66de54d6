/**
 * Which subscriptions an event is told to. An event is matched by the record as the event left it, a deletion by the
 * record as it was last; who watches a place is not told that somebody moved away (decision 0001).
 */
import type { WaitingEvent } from '../../entities/records/registry-event.repository.js';
import type { MatchableSubscription } from '../../entities/subscriptions/subscription.repository.js';
import { ItemRejected } from '../../protocol/errors.js';
import { matches } from '../../protocol/query/evaluate.js';
import { attributesOf } from '../../protocol/registries/attributes.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { readFilter, type SubscriptionFilter } from './subscription.filter.js';

/** @param data the record of the event, whole */
export function matchSubscriptions(
  definition: RegistryDefinition,
  event: WaitingEvent,
  data: Record<string, unknown>,
  subscriptions: MatchableSubscription[],
  now: Date,
): MatchableSubscription[] {
  const record = { data, identifiers: event.identifiers };
  const attributes = attributesOf(definition, event.recordType);
  // Ages are counted on the day of the event, however late it is matched (decision 0001).
  const day = event.createdAt.toISOString().slice(0, 10);
  return subscriptions.filter((subscription) => {
    if (!isTold(subscription, event, now)) return false;
    const filter = filterOf(definition, subscription, day);
    return filter !== undefined && (filter.criteria === undefined || matches(filter.criteria, record, attributes));
  });
}

function isTold(subscription: MatchableSubscription, event: WaitingEvent, now: Date): boolean {
  const { registry, eventType, recordType, activeSince, expiresAt } = subscription;
  if (registry !== event.registry || eventType !== event.eventType || recordType !== event.recordType) return false;
  return activeSince <= event.createdAt && (expiresAt === null || now < expiresAt);
}

const MAX_KEPT = 10_000;
const kept = new Map<string, SubscriptionFilter | undefined>();

/** Read once for each day, by which ages differ; one that is no longer readable matches nothing. */
function filterOf(
  definition: RegistryDefinition,
  subscription: MatchableSubscription,
  day: string,
): SubscriptionFilter | undefined {
  const key = `${subscription.id} ${day}`;
  if (kept.has(key)) return kept.get(key);
  if (kept.size >= MAX_KEPT) kept.clear();
  const filter = readable(definition, subscription, day);
  kept.set(key, filter);
  return filter;
}

function readable(definition: RegistryDefinition, subscription: MatchableSubscription, day: string) {
  try {
    return readFilter(definition, subscription, day);
  } catch (error) {
    if (error instanceof ItemRejected) return undefined;
    throw error;
  }
}
