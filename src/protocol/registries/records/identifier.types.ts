/** What a record's identifiers must be, so that whoever loads it can find it again by each of them. */
import { contactAttribute } from '../attributes.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../definition.js';
import type { RecordIdentifier } from './normalize.js';
import { isObject, type PlainObject } from '../../../platform/plain-object.js';
import { RecordInvalid } from './record-invalid.js';
import { findIdentifierType, identifierTypesOf } from '../registries.js';

/** @throws RecordInvalid for an identifier of a type that no search takes */
export function assertSearchableTypes(
  definition: RegistryDefinition,
  { identifierPaths: [path = 'identifier'] }: RecordTypeDefinition,
  identifiers: RecordIdentifier[],
): void {
  if (identifiers.every(({ type }) => findIdentifierType(definition, type) !== undefined)) return;
  const known = identifierTypesOf(definition).join(', ');
  throw new RecordInvalid(
    path,
    `has an identifier_type that ${definition.registry} does not search by: use one of ${known}`,
  );
}

/** A number or address that identifies somebody (`MOBILE`, `EMAIL`) is one of their contacts too, where searches look for it. */
export const withContacts = (
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  identifiers: RecordIdentifier[],
  data: PlainObject,
): PlainObject =>
  identifiers.reduce((record, { type, value }) => {
    const path = contactAttribute(definition, recordType, type)?.path;
    return path === undefined ? record : withValue(record, path.split('.'), value);
  }, data);

function withValue(data: PlainObject, [name = '', ...rest]: string[], value: string): PlainObject {
  const below = data[name];
  if (rest.length > 0) return { ...data, [name]: withValue(isObject(below) ? below : {}, rest, value) };
  const held: unknown[] = Array.isArray(below) ? below : [];
  return held.includes(value) ? data : { ...data, [name]: [...held, value] };
}
