/** Its requests: what a subscription is about stands in the item itself, and a status request needs no reference. */
import type { Json, JsonObject } from '../../envelope/json.js';
import type { RegistryDefinition } from '../../registries/definition.js';
import { isObject, within } from '../dialect.js';
import { EVENTS } from './openimis.events.js';

export function readSubscribe(message: JsonObject, definition?: RegistryDefinition): JsonObject {
  const { subscribe_request: items } = message;
  if (!Array.isArray(items)) return message;
  const recordType = definition?.recordTypes[0]?.name ?? '';
  return {
    ...message,
    subscribe_request: items.flatMap((item): Json[] =>
      isObject(item) && item['subscribe_criteria'] == null ? readItem(item, recordType) : [item],
    ),
  };
}

/** An item of its own form, or as it is. */
function readItem(item: JsonObject, ownType: string): JsonObject[] {
  const { filter, event_type: event, reference_id: reference, ...rest } = item;
  const { expiry, frequency, notify_record_type: recordType, ...head } = rest;
  if (typeof (event ?? '') !== 'string' || typeof reference !== 'string' || !isObject(filter)) return [item];
  return eventsOf(event).map((reg_event_type, index) => ({
    ...head,
    reference_id: index === 0 ? reference : `${reference}-${reg_event_type}`,
    subscribe_criteria: {
      reg_event_type,
      notify_record_type: recordType ?? ownType,
      filter,
      ...('type' in filter ? { filter_type: 'idtype-value' } : {}),
      ...(expiry == null ? { frequency: frequency ?? null } : { frequency: untilThen(head['timestamp'], expiry) }),
    },
  }));
}

function eventsOf(sent: Json = null): string[] {
  const event = typeof sent === 'string' ? sent : 'ALL';
  const name = event.toUpperCase();
  return name === 'ALL' ? Object.values(EVENTS) : [EVENTS[name] ?? event];
}

/** At every second until it expires. */
const untilThen = (from: Json = null, expiry: Json): JsonObject => ({
  start_time: from,
  end_time: expiry,
  frequency: '* * * * * ?',
});

/** One of its items may stand alone, without a list; codes in the standard's place are ended as well. */
export function readUnsubscribe(message: JsonObject): JsonObject {
  const { unsubscribe_request: sent, ...rest } = message;
  const items = isObject(sent) ? [sent] : sent;
  if (!Array.isArray(items)) return message;
  const [first] = items;
  const codes = rest['subscription_codes'] ?? [];
  if (!Array.isArray(codes)) return message;
  return {
    ...rest,
    timestamp: rest['timestamp'] ?? (isObject(first) ? first['timestamp'] : undefined) ?? null,
    subscription_codes: [...codes, ...items.map((item) => (isObject(item) ? (item['subscription_id'] ?? null) : null))],
  };
}

/** The one question of a message is known by the message's own id. */
export const readStatusRequest = (message: JsonObject): JsonObject =>
  within(message, 'txnstatus_request', (question) => ({
    ...question,
    reference_id: question['reference_id'] ?? message['transaction_id'] ?? null,
  }));
