/** A record as somebody hands it in: identifiers beside the data and inside it become one set, in both places. */
import { isObject } from '../../../platform/plain-object.js';
import { valuesAt } from '../../query/evaluate.js';
import { attributesOf } from '../attributes.js';
import { firstDay, lastDayAnywhere, storedDate } from '../date.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../definition.js';
import { assertSearchableTypes, withContacts } from './identifier.types.js';
import { IDENTIFIER_VALUE, isBlankValue, readIdentifierValue } from './identifier-value.js';
import { assertNoPlaceholder } from './identifying.js';
import { identifiersOf, normalizeRecord, readRecord } from './normalize.js';
import { RecordInvalid } from './record-invalid.js';
import { findIdentifierType } from '../registries.js';
import { cutText } from '../../text.js';

type Data = Record<string, unknown>;

interface Identifier {
  type: string;
  value: string;
}

/**
 * A record as somebody sends it.
 *
 * @throws RecordInvalid naming the path when the data does not follow the dictionary, or the type of an identifier that
 *   is a placeholder; a blank one is left out
 */
export function draftRecord(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  given: Identifier[],
  data: Data,
  now = new Date(),
): { identifiers: Identifier[]; data: Data } {
  assertNoPlaceholder(given.filter(({ value }) => !isBlankValue(value)));
  const draft = assembleRecord(definition, recordType, given, data);
  assertNoPlaceholder(draft.identifiers);
  assertSearchableTypes(definition, recordType, draft.identifiers);
  assertPast(definition, recordType, draft.data, now);
  return draft;
}

/**
 * Dates of what has happened, of the record's own person and of those inside it: whoever reads one takes it for done, so
 * that a year mistyped ends the help of somebody alive, or makes a child of a grown person.
 */
const HAPPENED: ReadonlySet<string> = new Set(['birth_date', 'death_date', 'marriage_date', 'divorce_date']);

function assertPast(definition: RegistryDefinition, recordType: RecordTypeDefinition, data: Data, now: Date): void {
  const path = pathAhead(definition, recordType, data, now);
  if (path !== undefined) throw new RecordInvalid(path, 'lies in the future: correct it, or leave it out');
}

/** Of the first of them that is still to come; a day that has begun somewhere on earth is not. */
export function pathAhead(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  data: Data,
  now: Date,
): string | undefined {
  const today = lastDayAnywhere(now);
  const isAhead = (value: unknown): boolean => firstDay(storedDate(value) ?? today) > today;
  return happened(definition, recordType).find((path) => valuesAt([data], path.split('.')).some(isAhead));
}

const paths = new WeakMap<RecordTypeDefinition, string[]>();

/** Paths of such dates in a record type, looked for once. */
function happened(definition: RegistryDefinition, recordType: RecordTypeDefinition): string[] {
  const all = paths.get(recordType) ?? [...attributesOf(definition, recordType).keys()].filter(isHappened);
  paths.set(recordType, all);
  return all;
}

const isHappened = (path: string): boolean => HAPPENED.has(path.slice(path.lastIndexOf('.') + 1));

/** The same for data of which a part is stored: what was taken in once is no sender's fault now. @throws RecordInvalid */
export function assembleRecord(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  given: Identifier[],
  data: Data,
): { identifiers: Identifier[]; data: Data } {
  const read = given.length > 0 ? readRecord : normalizeRecord;
  const normalized = read(definition, recordType.name, data) ?? {};
  const inside = identifiersOf(definition, recordType.name, normalized);
  const outside = given
    .filter(({ value }) => !isBlankValue(value))
    .map(({ type, value }) => ({ type: findIdentifierType(definition, type) ?? type, value: valueOf(type, value) }));
  const same = (a: Identifier) => (b: Identifier) => a.type === b.type && a.value === b.value;
  const missing = outside.filter((identifier) => !inside.some(same(identifier)));
  const whole = missing.reduce(
    (all, one) => withIdentifier(all, pathFor(recordType, normalized, one), one),
    normalized,
  );
  // What was given beside the data may make it a member's record, to which its household's numbers mean less.
  const identifiers =
    recordType.otherwise === undefined ? [...inside, ...missing] : identifiersOf(definition, recordType.name, whole);
  return { identifiers, data: withContacts(definition, recordType, identifiers, whole) };
}

function valueOf(type: string, given: string): string {
  const value = readIdentifierValue(given);
  if (value === undefined) throw new RecordInvalid(`identifier ${cutText(type, 64)}`, `must be ${IDENTIFIER_VALUE}`);
  return value;
}

/** Where an identifier that was given beside the data belongs inside it. */
function pathFor({ otherwise, identifierPaths }: RecordTypeDefinition, data: Data, { type }: Identifier): string[] {
  const ofHousehold = otherwise !== undefined && !(otherwise.unless in data) && otherwise.identifying.includes(type);
  return (ofHousehold ? otherwise.path : (identifierPaths[0] ?? 'identifier')).split('.');
}

function withIdentifier(data: Data, [name = '', ...rest]: string[], { type, value }: Identifier): Data {
  const below = data[name];
  if (rest.length > 0) return { ...data, [name]: withIdentifier(isObject(below) ? below : {}, rest, { type, value }) };
  const added = { identifier_type: type, identifier_value: value };
  return { ...data, [name]: [...(Array.isArray(below) ? below : []), added] };
}
