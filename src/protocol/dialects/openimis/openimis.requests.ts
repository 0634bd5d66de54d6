/** Its requests: what a subscription is about stands in the item itself, and a status request needs no reference. */
import type { Json, JsonObject } from '../../envelope/json.js';
import type { RegistryDefinition } from '../../registries/definition.js';
import { isObject, within } from '../dialect.js';

/** Its events → ours; `ALL`, the default, is one subscription for each. */
const EVENTS: Record<string, string> = { REGISTER: 'REGISTER', UPDATE: 'UPDATE', DEREGISTER: 'DELETE' };

export function readSubscribe(message: JsonObject, definition?: RegistryDefinition): JsonObject {
  const { subscribe_request: items } = message;
  if (!Array.isArray(items)) return message;
  const recordType = definition?.recordTypes[0]?.name ?? '';
  return {
    ...message,
    subscribe_request: items.flatMap((item): Json[] =>
      isObject(item) && item['subscribe_criteria'] === undefined ? readItem(item, recordType) : [item],
    ),
  };
}

/** An item of its own form, or as it is. */
function readItem(item: JsonObject, recordType: string): JsonObject[] {
  const { filter, event_type: event = 'ALL', expiry, reference_id: reference, ...head } = item;
  if (typeof event !== 'string' || typeof reference !== 'string' || !isObject(filter)) return [item];
  const events = event === 'ALL' ? Object.values(EVENTS) : [EVENTS[event] ?? event];
  return events.map((name, index) => ({
    ...head,
    reference_id: index === 0 ? reference : `${reference}-${name}`,
    subscribe_criteria: {
      reg_event_type: name,
      notify_record_type: recordType,
      filter,
      ...('type' in filter ? { filter_type: 'idtype-value' } : {}),
      ...(expiry === undefined ? {} : { frequency: untilThen(head['timestamp'], expiry) }),
    },
  }));
}

/** At every second until it expires. */
const untilThen = (from: Json = null, expiry: Json): JsonObject => ({
  start_time: from,
  end_time: expiry,
  frequency: '* * * * * ?',
});

export function readUnsubscribe(message: JsonObject): JsonObject {
  const { unsubscribe_request: items, ...rest } = message;
  if (!Array.isArray(items) || rest['subscription_codes'] !== undefined) return message;
  const [first] = items;
  return {
    ...rest,
    timestamp: isObject(first) ? (first['timestamp'] ?? null) : null,
    subscription_codes: items.map((item) => (isObject(item) ? (item['subscription_id'] ?? null) : null)),
  };
}

/** The one question of a message is known by the message's own id. */
export const readStatusRequest = (message: JsonObject): JsonObject =>
  within(message, 'txnstatus_request', (question) => ({
    reference_id: message['transaction_id'] ?? null,
    ...question,
  }));
