/** A record as somebody hands it in: identifiers beside the data and inside it become one set, in both places. */
import type { RecordTypeDefinition, RegistryDefinition } from '../definition.js';
import { assertSearchableTypes, withContacts } from './identifier.types.js';
import { IDENTIFIER_VALUE, isBlankValue, readIdentifierValue } from './identifier-value.js';
import { identifiersOf, normalizeRecord } from './normalize.js';
import { RecordInvalid } from './record-invalid.js';
import { findIdentifierType } from '../registries.js';

type Data = Record<string, unknown>;

interface Identifier {
  type: string;
  value: string;
}

/** @throws RecordInvalid naming the path when the data does not follow the dictionary, or nothing identifies the record */
export function draftRecord(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  given: Identifier[],
  data: Data,
): { identifiers: Identifier[]; data: Data } {
  const normalized = normalizeRecord(definition, recordType.name, data);
  const inside = identifiersOf(definition, recordType.name, normalized);
  const outside = given
    .filter(({ value }) => !isBlankValue(value))
    .map(({ type, value }) => ({ type: findIdentifierType(definition, type) ?? type, value: valueOf(type, value) }));
  const same = (a: Identifier) => (b: Identifier) => a.type === b.type && a.value === b.value;
  const missing = outside.filter((identifier) => !inside.some(same(identifier)));
  const identifiers = [...inside, ...missing];
  const [path] = recordType.identifierPaths;
  if (identifiers.length === 0 || path === undefined)
    throw new RecordInvalid(path ?? 'identifier', 'give at least one identifier');
  assertSearchableTypes(definition, recordType, identifiers);
  const whole = missing.length === 0 ? normalized : withIdentifiers(normalized, path.split('.'), missing);
  return { identifiers, data: withContacts(definition, recordType, identifiers, whole) };
}

function valueOf(type: string, given: string): string {
  const value = readIdentifierValue(given);
  if (value === undefined) throw new RecordInvalid(`identifiers.${type}`, `must be ${IDENTIFIER_VALUE}`);
  return value;
}

function withIdentifiers(data: Data, [name = '', ...rest]: string[], missing: Identifier[]): Data {
  const below = data[name];
  if (rest.length > 0) return { ...data, [name]: withIdentifiers(isData(below) ? below : {}, rest, missing) };
  const added = missing.map(({ type, value }) => ({ identifier_type: type, identifier_value: value }));
  return { ...data, [name]: [...(Array.isArray(below) ? below : []), ...added] };
}

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);
