/** Its CRVS receiver reads a notification from members beside the standard's: the kind, the day and the first identifier. */
import type { Json, JsonObject } from '../../envelope/json.js';
import { isObject } from '../dialect.js';

/** Our events → the kinds it knows, and where the record has the day. A day that was not released is not told. */
const KINDS: Record<string, { kind: string; day: string }> = {
  LiveBirth: { kind: 'birth', day: 'birth_date' },
  Death: { kind: 'death', day: 'death_date' },
  Marriage: { kind: 'marriage', day: 'marriage_date' },
  Divorce: { kind: 'divorce', day: 'divorce_date' },
};

/** A year or a month alone is no day to it. */
const WHOLE_DAY = /^\d{4}-\d\d-\d\d/;

export function writeNotice(message: JsonObject): JsonObject {
  const [notice] = Array.isArray(message['notify_event']) ? message['notify_event'] : [];
  const data = isObject(notice) ? notice['data'] : undefined;
  if (!isObject(data)) return message;
  const { reg_event_type: event, reg_records: record } = data;
  const known = typeof event === 'string' && Object.hasOwn(KINDS, event) ? KINDS[event] : undefined;
  if (known === undefined || !isObject(record)) return message;
  const day = [record[known.day] ?? []].flat().at(-1);
  return {
    ...message,
    event_type: known.kind,
    ...(typeof day === 'string' && WHOLE_DAY.test(day) ? { event_date: day.slice(0, 10) } : {}),
    identifiers: identifiersOf(record),
  };
}

const identifiersOf = ({ identifier }: JsonObject): Json[] =>
  (Array.isArray(identifier) ? identifier : [])
    .filter(isObject)
    .filter(({ identifier_type: type, identifier_value: value }) => typeof type === 'string' && value !== undefined)
    .map(({ identifier_type: type = null, identifier_value: value = null }) => ({ type, value }));
