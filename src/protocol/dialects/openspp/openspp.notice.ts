/** Its CRVS receiver reads a notification from members beside the standard's: the kind, the day and the first identifier. */
import type { Json, JsonObject } from '../../envelope/json.js';
import type { RegistryDefinition } from '../../registries/definition.js';
import { isObject, newestDay, type WriteContext } from '../dialect.js';

/** Our events → the kinds it knows, and where the record has the day. A day that was not released is not told. */
const KINDS: Record<string, { kind: string; day: string }> = {
  LiveBirth: { kind: 'birth', day: 'birth_date' },
  Death: { kind: 'death', day: 'death_date' },
  Marriage: { kind: 'marriage', day: 'marriage_date' },
  Divorce: { kind: 'divorce', day: 'divorce_date' },
};

/** A year or a month alone is no day to it. */
const WHOLE_DAY = /^\d{4}-\d\d-\d\d/;

export function writeNotice(message: JsonObject, { definition }: WriteContext): JsonObject {
  const [notice] = Array.isArray(message['notify_event']) ? message['notify_event'] : [];
  const data = isObject(notice) ? notice['data'] : undefined;
  if (!isObject(data)) return message;
  const { reg_event_type: event, reg_records: record } = data;
  const known = typeof event === 'string' && Object.hasOwn(KINDS, event) ? KINDS[event] : undefined;
  if (known === undefined || !isObject(record)) return message;
  const day = newestDay(record[known.day]);
  return {
    ...message,
    event_type: known.kind,
    ...(day !== undefined && WHOLE_DAY.test(day) ? { event_date: day.slice(0, 10) } : {}),
    identifiers: identifiersOf(record, definition),
  };
}

/**
 * It looks for a person by the first one alone: so those by which somebody is known in life come first, the number of a
 * death last, and one that several persons may have, such as that of a marriage or a household, is not told.
 */
const identifiersOf = ({ identifier }: JsonObject, { recordTypes }: RegistryDefinition): Json[] =>
  (recordTypes[0]?.identifying ?? []).flatMap((known) =>
    (Array.isArray(identifier) ? identifier : [])
      .filter(isObject)
      .flatMap(({ identifier_type: type, identifier_value: value }) =>
        type === known && value !== undefined ? [{ type, value }] : [],
      ),
  );
