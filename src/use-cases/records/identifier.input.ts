/** Names of persons as administrators write them, in the form in which they are stored. */
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import {
  IDENTIFIER_VALUE,
  isBlankValue,
  readIdentifierValue,
} from '../../protocol/registries/records/identifier-value.js';
import { identifiesSomebody } from '../../protocol/registries/records/identifying.js';
import { placeholderProblem } from '../../protocol/registries/placeholder.js';
import type { RecordIdentifier } from '../../protocol/registries/records/normalize.js';
import { findIdentifierType } from '../../protocol/registries/registries.js';
import { invalid } from '../errors.js';

/** A type that the registry does not know stays as it is: older records may have it. @throws DomainError under `field` */
export const readIdentifier = (
  definition: RegistryDefinition,
  { type, value }: RecordIdentifier,
  field: string,
): RecordIdentifier => ({
  type: findIdentifierType(definition, type) ?? type,
  value: readValue(value, `${field}.value`),
});

/** @throws DomainError under `field`, also for a type that the registry does not know */
export function readKnownIdentifier(
  definition: RegistryDefinition,
  identifier: RecordIdentifier,
  field: string,
): RecordIdentifier {
  if (findIdentifierType(definition, identifier.type) === undefined)
    throw invalid(`${field}.type`, 'no identifier type of this registry');
  return readIdentifier(definition, identifier, field);
}

/** The same, of somebody in particular: neither a type that several share nor a placeholder. @throws DomainError under `field` */
export function readPersonIdentifier(
  definition: RegistryDefinition,
  given: RecordIdentifier,
  field: string,
): RecordIdentifier {
  const identifier = readKnownIdentifier(definition, given, field);
  if (!identifiesSomebody(definition, identifier.type))
    throw invalid(`${field}.type`, `${identifier.type} is shared by several persons: name one of them`);
  const problem = placeholderProblem(identifier.value);
  if (problem !== undefined) throw invalid(`${field}.value`, problem);
  return identifier;
}

/** Names a record as an identifier does; blank is none. @throws DomainError under `field` */
export const readExternalId = (given: string | null | undefined, field: string): string | undefined =>
  given == null || isBlankValue(given) ? undefined : readValue(given, field);

function readValue(given: string, field: string): string {
  const value = readIdentifierValue(given);
  if (value === undefined) throw invalid(field, `must be ${IDENTIFIER_VALUE}`);
  return value;
}
