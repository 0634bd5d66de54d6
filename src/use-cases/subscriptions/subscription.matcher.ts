/**
 * Which subscriptions an event is told to. An event is matched by the record as the event left it, a deletion by the
 * record as it was last; who watches a place is not told that somebody moved away (decision 0001).
 */
import { madeOfRow } from '../../entities/database/row-fault.js';
import type { WaitingEvent } from '../../entities/records/registry-event.repository.js';
import type { MatchableSubscription, StoredFilter } from '../../entities/subscriptions/subscription.repository.js';
import { ItemRejected } from '../../protocol/errors.js';
import { matches } from '../../protocol/query/evaluate.js';
import { attributesOf } from '../../protocol/registries/attributes.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { readFilter, type SubscriptionFilter } from './subscription.filter.js';

/** Those that collect such events at this time, whatever their filters say. */
export const collecting = <One extends MatchableSubscription>(
  event: WaitingEvent,
  subscriptions: One[],
  now: Date,
): One[] => subscriptions.filter((subscription) => isTold(subscription, event, now));

/**
 * Whether its filter holds of the record that the event made; undefined where the filter itself is none any more, such as after
 * an upgrade that reads queries more strictly.
 *
 * @param data of the record, whole
 * @throws RowBroken where that cannot be said of this record and this filter
 */
export function isMatched(
  definition: RegistryDefinition,
  subscription: StoredFilter,
  event: WaitingEvent,
  data: Record<string, unknown>,
): boolean | undefined {
  const filter = madeOfRow(COMPARISON, () => filterOf(definition, subscription, dayOf(event)));
  return holds(definition, filter, event, data);
}

/** The same of one whose filter was read before. */
type IsMatched = (
  definition: RegistryDefinition,
  subscription: { id: string },
  event: WaitingEvent,
  data: Record<string, unknown>,
) => boolean | undefined;

/**
 * For a batch of events: large filters take longer to read than all else, and do not change.
 *
 * @param asked what may match what
 * @param read of those that are not kept
 */
export async function matchingOf(
  asked: { event: WaitingEvent; subscription: { id: string } }[],
  read: (ids: string[]) => Promise<StoredFilter[]>,
): Promise<IsMatched> {
  const filters = new Map<string, SubscriptionFilter | undefined>();
  const unread = new Set<string>();
  for (const { event, subscription } of asked) {
    const key = keyOf(subscription.id, dayOf(event));
    // What is kept now may be forgotten before all are matched.
    if (kept.has(key)) filters.set(key, kept.get(key));
    else unread.add(subscription.id);
  }
  const texts = new Map((unread.size === 0 ? [] : await read([...unread])).map((text) => [text.id, text]));
  return (definition, { id }, event, data) => {
    const text = texts.get(id);
    if (text !== undefined) return isMatched(definition, text, event, data);
    const key = keyOf(id, dayOf(event));
    if (!filters.has(key)) throw new Error('the filter of a subscription was not read');
    return holds(definition, filters.get(key), event, data);
  };
}

const COMPARISON = 'a comparison of record and filter';

function holds(
  definition: RegistryDefinition,
  filter: SubscriptionFilter | undefined,
  event: WaitingEvent,
  data: Record<string, unknown>,
): boolean | undefined {
  const { criteria } = filter ?? {};
  if (criteria === undefined) return filter && true;
  const record = { data, identifiers: event.identifiers };
  return madeOfRow(COMPARISON, () => matches(criteria, record, attributesOf(definition, event.recordType)));
}

/** Ages are counted on the day of the event, however late it is matched (decision 0001). */
const dayOf = ({ createdAt }: WaitingEvent): string => createdAt.toISOString().slice(0, 10);

function isTold(subscription: MatchableSubscription, event: WaitingEvent, now: Date): boolean {
  const { registry, eventType, recordType, activeSince, expiresAt } = subscription;
  if (registry !== event.registry || eventType !== event.eventType || recordType !== event.recordType) return false;
  return activeSince <= event.createdAt && (expiresAt === null || now < expiresAt);
}

const MAX_KEPT = 10_000;
const kept = new Map<string, SubscriptionFilter | undefined>();

const keyOf = (id: string, day: string): string => `${id} ${day}`;

/** Read once for each day, by which ages differ. */
function filterOf(definition: RegistryDefinition, stored: StoredFilter, day: string): SubscriptionFilter | undefined {
  const key = keyOf(stored.id, day);
  if (kept.has(key)) return kept.get(key);
  if (kept.size >= MAX_KEPT) kept.clear();
  const filter = readable(definition, stored, day);
  kept.set(key, filter);
  return filter;
}

function readable(definition: RegistryDefinition, stored: StoredFilter, day: string) {
  try {
    return readFilter(definition, stored, day);
  } catch (error) {
    if (error instanceof ItemRejected) return undefined;
    throw error;
  }
}
