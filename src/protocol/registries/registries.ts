/** The registries that are wired, and how a partner's names for registries, record types, events and identifier types are read. */
import { normalizeName } from './core/code-list.js';
import { CRVS } from './crvs/crvs.registry.js';
import { checkDefinitions } from './definition.check.js';
import type { EventTypeDefinition, RecordTypeDefinition, RegistryDefinition } from './definition.js';
import { DR } from './dr/dr.registry.js';
import { ESS } from './ess/ess.registry.js';
import { FR } from './fr/fr.registry.js';
import { IBR } from './ibr/ibr.registry.js';
import { bare } from './records/property.path.js';
import { SOCIAL } from './social/social.registry.js';

export interface Registries {
  all: RegistryDefinition[];
  /** By `SOCIAL`, `CRVS`, …, in any case. */
  byName(registry: string): RegistryDefinition | undefined;
  /** By the `{registry}` segment of a path, aliases included (`sr`, `civil`, `disability`, `farmer`, `beneficiary`, `employment`). */
  byPath(segment: string): RegistryDefinition | undefined;
}

/** The registries of this gateway; a further one joins here. */
export const DEFINITIONS: RegistryDefinition[] = [SOCIAL, CRVS, DR, FR, IBR, ESS];

/** @throws Error that names every mistake in a definition */
export function createRegistries(definitions: RegistryDefinition[] = DEFINITIONS): Registries {
  checkDefinitions(definitions);
  const names = new Map(definitions.map((definition) => [normalizeName(definition.registry), definition]));
  const paths = new Map(definitions.flatMap((definition) => definition.paths.map((path) => [path, definition])));
  return {
    all: definitions,
    byName: (registry) => names.get(normalizeName(registry)),
    byPath: (segment) => paths.get(segment.toLowerCase()),
  };
}

/** A record type by `reg_record_type`, `response_entity` or `collection`; without a name the default, undefined for an unknown one. */
export function findRecordType(definition: RegistryDefinition, name?: string | null): RecordTypeDefinition | undefined {
  if (name === undefined || name === null || name === '') return definition.recordTypes[0];
  const ownRecord = OWN_RECORD.has(normalizeName(bare(name))) ? definition.recordTypes[0] : undefined;
  return named(definition.recordTypes, name) ?? ownRecord;
}

/** What clients of the field call the registry's own record, whatever its name there. */
const OWN_RECORD = new Set(['person', 'individual']);

/** An event type by any name read for it: `live_birth`, `birth`, `spdci-common:RegistryEventType:LiveBirth`. */
export function findEventType(definition: RegistryDefinition, name: string): EventTypeDefinition | undefined {
  return named(definition.events, name);
}

/** The registry that a `reg_type` means: `ns:org:RegistryType:Civil`, `Civil`, `crvs`; undefined where none of ours does. */
export function findRegistryByType(
  registries: Registries,
  regType: string | undefined,
): RegistryDefinition | undefined {
  if (regType === undefined || regType === '') return undefined;
  const wanted = normalizeName(bare(regType));
  const namesOf = ({ registry, regType: type, paths }: RegistryDefinition) => [registry, bare(type), ...paths];
  return registries.all.find((definition) => namesOf(definition).some((name) => normalizeName(name) === wanted));
}

/** The stored type of an identifier (`national_id` → `UIN`); undefined where this registry knows no such type. */
export function findIdentifierType({ identifierTypes }: RegistryDefinition, type: string): string | undefined {
  const index = identifierIndexes.get(identifierTypes) ?? identifierIndex(identifierTypes);
  return index.get(normalizeName(bare(type)));
}

const identifierIndexes = new WeakMap<object, Map<string, string>>();

function identifierIndex(types: Record<string, string>): Map<string, string> {
  const index = new Map(Object.entries(types).map(([name, stored]) => [normalizeName(name), stored]));
  identifierIndexes.set(types, index);
  return index;
}

/** Identifier types that may be asked for, as stored. */
export const identifierTypesOf = (definition: RegistryDefinition): string[] => [
  ...new Set(Object.values(definition.identifierTypes)),
];

function named<T extends { name: string; aliases: string[] }>(all: T[], name: string): T | undefined {
  const wanted = normalizeName(bare(name));
  return all.find((one) => [one.name, ...one.aliases].some((alias) => normalizeName(alias) === wanted));
}
