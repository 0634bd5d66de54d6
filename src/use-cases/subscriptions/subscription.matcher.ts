/**
 * Which subscriptions an event is told to. An event is matched by the record as the event left it, a deletion by the
 * record as it was last; who watches a place is not told that somebody moved away (decision 0001).
 */
import { madeOfRow } from '../../entities/database/row-fault.js';
import type { WaitingEvent } from '../../entities/records/registry-event.repository.js';
import type { MatchableSubscription } from '../../entities/subscriptions/subscription.repository.js';
import { ItemRejected } from '../../protocol/errors.js';
import { matches } from '../../protocol/query/evaluate.js';
import { attributesOf } from '../../protocol/registries/attributes.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { readFilter, type FilterText, type SubscriptionFilter } from './subscription.filter.js';

type Filtered = FilterText & { id: string };

/** Those that collect such events at this time, whatever their filters say. */
export const collecting = (
  event: WaitingEvent,
  subscriptions: MatchableSubscription[],
  now: Date,
): MatchableSubscription[] => subscriptions.filter((subscription) => isTold(subscription, event, now));

/**
 * Whether its filter holds of the record that the event made; undefined where the filter itself is none any more, such as after
 * an upgrade that reads queries more strictly.
 *
 * @param data of the record, whole
 * @throws RowBroken where that cannot be said of this record and this filter
 */
export function isMatched(
  definition: RegistryDefinition,
  subscription: Filtered,
  event: WaitingEvent,
  data: Record<string, unknown>,
): boolean | undefined {
  return madeOfRow('a comparison of record and filter', () => {
    // Ages are counted on the day of the event, however late it is matched (decision 0001).
    const filter = filterOf(definition, subscription, event.createdAt.toISOString().slice(0, 10));
    if (filter?.criteria === undefined) return filter && true;
    const record = { data, identifiers: event.identifiers };
    return matches(filter.criteria, record, attributesOf(definition, event.recordType));
  });
}

function isTold(subscription: MatchableSubscription, event: WaitingEvent, now: Date): boolean {
  const { registry, eventType, recordType, activeSince, expiresAt } = subscription;
  if (registry !== event.registry || eventType !== event.eventType || recordType !== event.recordType) return false;
  return activeSince <= event.createdAt && (expiresAt === null || now < expiresAt);
}

const MAX_KEPT = 10_000;
const kept = new Map<string, SubscriptionFilter | undefined>();

/** Read once for each day, by which ages differ. */
function filterOf(definition: RegistryDefinition, subscription: Filtered, day: string): SubscriptionFilter | undefined {
  const key = `${subscription.id} ${day}`;
  if (kept.has(key)) return kept.get(key);
  if (kept.size >= MAX_KEPT) kept.clear();
  const filter = readable(definition, subscription, day);
  kept.set(key, filter);
  return filter;
}

function readable(definition: RegistryDefinition, subscription: Filtered, day: string) {
  try {
    return readFilter(definition, subscription, day);
  } catch (error) {
    if (error instanceof ItemRejected) return undefined;
    throw error;
  }
}
