/** Its receiver walks `notify_request` alone: the same event once more, beside the standard's member. */
import type { JsonObject } from '../../envelope/json.js';
import { isObject, type WriteContext } from '../dialect.js';
import { eventNamed } from './openimis.events.js';

export function writeNotice(message: JsonObject, { definition, event, header = {} }: WriteContext): JsonObject {
  const { notify_event: events } = message;
  if (!Array.isArray(events)) return message;
  const { meta = {} } = header;
  const { subscription_code: code } = isObject(meta) ? meta : {};
  const named: JsonObject = typeof code === 'string' ? { subscription_id: code } : {};
  const repeated = events.filter(isObject).map((one) => ({ ...named, ...writeEvent(one, definition.registry, event) }));
  return { ...message, notify_request: repeated };
}

/** What happened is always told there, since its one receiver has all events: a person who is gone looks like a change otherwise. */
function writeEvent({ data, ...head }: JsonObject, registry: string, happened?: string): JsonObject {
  if (!isObject(data)) return head;
  const { version = '1.0.0', reg_record_type: type, reg_event_type: event = happened, reg_records: record } = data;
  return {
    ...head,
    data: {
      version,
      reg_type: registry,
      ...(typeof type === 'string' ? { reg_record_type: type.slice(type.lastIndexOf(':') + 1) } : {}),
      ...(typeof event === 'string' ? { event_type: eventNamed(event) } : {}),
      ...(record === undefined ? {} : { reg_record: record }),
    },
  };
}
