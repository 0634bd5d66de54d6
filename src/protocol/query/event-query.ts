/** `reg_event_type` of a search: only records that show the event are found, of several those that show each (protocol 11). */
import type { Criteria } from './criteria.js';
import { findAttribute } from '../registries/attributes.js';
import { normalizeName } from '../registries/core/code-list.js';
import type {
  Attribute,
  EventTypeDefinition,
  RecordTypeDefinition,
  RegistryDefinition,
} from '../registries/definition.js';
import { bare } from '../registries/records/property.path.js';
import { findEventType } from '../registries/registries.js';
import { filterInvalid, quoteName } from './query-rejection.js';

/**
 * @returns undefined where every record shows the event, or none is named
 * @throws ItemRejected `rjct.filter.invalid` for an event that the registry does not know, or that its records do not show
 */
export function eventCriteria(
  name: string | null | undefined,
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
): Criteria | undefined {
  const names = eventNames(name);
  const all = names.flatMap((one) => showing(one, definition, recordType) ?? []);
  return all.length > 1 ? { and: all } : all[0];
}

/** Several are joined by commas. */
const eventNames = (names: string | null | undefined): string[] =>
  (names ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && !isAction(name));

function showing(name: string, definition: RegistryDefinition, recordType: RecordTypeDefinition): Criteria | undefined {
  const event = findEventType(definition, name);
  if (event === undefined)
    throw filterInvalid(
      `reg_event_type: ${quoteName(name)} is no event of this registry; ${remedy(definition, recordType)}`,
    );
  if (event.shownBy === 'EVERY_RECORD') return undefined;
  if (event.shownBy === 'NO_RECORD') return { or: [] };
  const path = dateOf(event, definition, recordType);
  if (path !== undefined) return recorded(path);
  throw filterInvalid(
    `reg_event_type: records of the type ${recordType.name} do not show ${event.name}; ${remedy(definition, recordType)}`,
  );
}

/** The attribute that holds the date of an event; of a registration, the day of it. */
export function eventDate(
  name: string | null | undefined,
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
): Attribute | undefined {
  const [only, ...more] = eventNames(name);
  const event = only === undefined || more.length > 0 ? undefined : findEventType(definition, only);
  const registered = event?.name === 'REGISTER' ? 'registration_date' : undefined;
  const path = registered ?? (event && dateOf(event, definition, recordType));
  return path === undefined ? undefined : findAttribute(definition, recordType, path);
}

/** A date is there, even if no more than its year. */
export const recorded = (path: string): Criteria => ({ attribute: path, operator: 'gte', value: '0000' });

/** Published samples name the message's own action there. */
const isAction = (name: string): boolean => normalizeName(bare(name)) === 'search';

function dateOf({ shownBy }: EventTypeDefinition, definition: RegistryDefinition, recordType: RecordTypeDefinition) {
  return typeof shownBy === 'object' ? findAttribute(definition, recordType, shownBy.date)?.path : undefined;
}

function remedy(definition: RegistryDefinition, recordType: RecordTypeDefinition): string {
  const shown = definition.events.filter(
    (event) => event.shownBy === 'EVERY_RECORD' || dateOf(event, definition, recordType) !== undefined,
  );
  return `use one of ${shown.map((event) => event.name).join(', ')}, or leave it out`;
}
