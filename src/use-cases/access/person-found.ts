/** A person in one registry, or in each that identifies somebody by such a number. */
import { findConsentIds, findFormerConsentIds } from '../../entities/audit/reading.repository.js';
import { distinct, type InsideRecord } from '../../sources/person-records.js';
import { PERSON_IDENTIFYING } from '../../protocol/registries/core/common.vocabulary.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { identifiesSomebody } from '../../protocol/registries/records/identifying.js';
import type { RecordIdentifier } from '../../protocol/registries/records/normalize.js';
import { findIdentifierType } from '../../protocol/registries/registries.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { invalid } from '../errors.js';
import { readPersonIdentifier } from '../records/identifier.input.js';
import { definitionOf } from '../records/records.js';
import { recordsOfPerson, type HeldRecords } from '../records/served-records.js';
import type { Services } from '../services.js';

export interface FoundPerson {
  /** Where there are records of them, or of others with them inside. */
  registries: Registry[];
  own: string[];
  inside: InsideRecord[];
  /** Consents under any number that says who they are, or that were given for a record of theirs under one it had. */
  consents: string[];
  /** And under those that a correction took away: they may have let something out. */
  formerConsents: string[];
  /** Where a source that keeps nothing here does not answer now. */
  notAsked: Registry[];
  /** False where a source that keeps nothing here could not be asked for all. */
  complete: boolean;
}

/** @throws DomainError for an identifier that names nobody in particular there */
export async function findPerson(
  services: Services,
  { registry, identifier: given }: { registry?: Registry | null | undefined; identifier: RecordIdentifier },
): Promise<FoundPerson> {
  const asked = registry == null ? thatKnow(services, given) : [definitionOf(services, registry)];
  const held = new Map<RegistryDefinition, HeldRecords>();
  for (const definition of asked) {
    const identifier = readPersonIdentifier(definition, given, 'identifier');
    held.set(definition, await recordsOfPerson(services, definition, [identifier]));
  }
  if (registry == null) await followNumbers(services, held);
  const found: FoundPerson = {
    registries: [],
    own: [],
    inside: [],
    consents: [],
    formerConsents: [],
    notAsked: [],
    complete: true,
  };
  for (const [{ registry: of }, { own, inside, names, formerNames, complete, asked: isAsked }] of held) {
    if (own.length + inside.length > 0) found.registries.push(of);
    if (!isAsked) found.notAsked.push(of);
    found.own.push(...own);
    found.inside.push(...inside);
    found.consents.push(...(await findConsentIds(services.database, of, names, own)));
    found.consents.push(...(await findFormerConsentIds(services.database, own)));
    found.formerConsents.push(...(await findConsentIds(services.database, of, formerNames, own)));
    found.complete &&= complete;
  }
  return found;
}

/** Another registry may know the person by another number that the records found so far have. */
async function followNumbers(services: Services, held: Map<RegistryDefinition, HeldRecords>): Promise<void> {
  // Numbers of a household's list, a death or a farm mean something else in each registry.
  const theirs = [...held.values()]
    .flatMap(({ names }) => names)
    .filter(({ type }) => PERSON_IDENTIFYING.includes(type));
  for (const definition of services.registries.all) {
    const before = held.get(definition)?.names ?? [];
    const known = theirs.filter(({ type }) => identifiesSomebody(definition, type));
    const names = distinct([...before, ...known]);
    if (names.length > distinct(before).length)
      held.set(definition, await recordsOfPerson(services, definition, names));
  }
}

/** Those in which the type is shared are left out, unless it is so in all: then one of them says so. */
function thatKnow({ registries }: Services, { type }: RecordIdentifier): RegistryDefinition[] {
  const known = registries.all.flatMap((definition) => {
    const stored = findIdentifierType(definition, type);
    return stored === undefined ? [] : [{ definition, identifies: identifiesSomebody(definition, stored) }];
  });
  if (known.length === 0) throw invalid('identifier.type', 'no identifier type of any registry');
  const identifying = known.filter(({ identifies }) => identifies);
  return (identifying.length === 0 ? known : identifying).map(({ definition }) => definition);
}
