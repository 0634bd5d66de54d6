/** What a civil registry's death means elsewhere: the person, known by an identifier of his own, gets the date of death. */
import { decideItem, type Grant } from '../../access/decide-access.js';
import type { Unit } from '../../entities/database/database.js';
import { matchRecord } from '../../entities/records/record-match.repository.js';
import type { Identifier, StoredRecord } from '../../entities/records/record.repository.js';
import { keeperOf } from '../../entities/sources/source.repository.js';
import type { AgreementTerms } from '../../entities/senders/sender.repository.js';
import { valuesAt } from '../../protocol/query/evaluate.js';
import { resolveName } from '../../protocol/registries/attributes.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { covers } from '../../protocol/registries/records/fields.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import type { Services } from '../services.js';
import { isInRows, type Pushed } from '../records/partner-push.js';
import { writeDraft } from '../records/upsert-records.js';

type Data = Record<string, unknown>;

export interface Death {
  /** Where the person is marked. */
  definition: RegistryDefinition;
  identifiers: Identifier[];
  deathDate: string;
  /** The sender's agreements with that registry, where the event was sent to it; else our own registry tells the other. */
  agreements: AgreementTerms[] | undefined;
}

/** Somebody of whom it is not beyond doubt who died. */
export interface Doubt {
  refusal: RecordInvalid;
  /** Whether the sender's agreement with that registry lets it know what came into question. */
  mayBeTold: boolean;
}

/**
 * The person's records of every type, whether or not they had the date before; what was not marked since the told
 * identifiers match several records or contradict each other.
 *
 * @throws RecordInvalid where the sender's agreement covers no such date
 */
export async function markDeath(
  services: Services,
  unit: Unit,
  death: Death,
): Promise<{ marked: Pushed[]; doubts: Doubt[] }> {
  const marked: Pushed[] = [];
  const doubts: Doubt[] = [];
  for (const place of placesOf(death)) {
    const outcome = await markRecord(services, unit, death, place);
    if (outcome === undefined) continue;
    if ('refusal' in outcome) doubts.push(outcome);
    else marked.push(outcome);
  }
  return { marked, doubts };
}

/** A record type that has a date of death, which the sender's agreement covers where that is asked. */
interface Place {
  recordType: RecordTypeDefinition;
  path: string;
  grant: Grant | undefined;
}

function placesOf({ definition, agreements }: Death): Place[] {
  const places: Place[] = [];
  let uncovered: string | undefined;
  for (const recordType of definition.recordTypes) {
    const path = resolveName(definition, recordType, 'death_date')?.path;
    if (path === undefined) continue;
    const grant = agreements && decideItem(agreements, definition, { recordType });
    if (grant?.allowed === false) uncovered ??= grant.explanation;
    else if (grant !== undefined && !covers(grant.clamp, path)) uncovered ??= `the agreement does not cover ${path}`;
    else places.push({ recordType, path, grant });
  }
  if (places.length > 0 || uncovered === undefined) return places;
  throw new RecordInvalid('', `is not taken over: ${uncovered}`);
}

async function markRecord(
  services: Services,
  unit: Unit,
  { definition, identifiers, deathDate }: Death,
  { recordType, path, grant }: Place,
): Promise<Pushed | Doubt | undefined> {
  // What lies outside the agreement's rows is not the sender's to know.
  const isTheirs = (record: StoredRecord): boolean => grant === undefined || isInRows(grant, record);
  const named = { registry: definition.registry, recordType: recordType.name, identifiers };
  // Ours of a type that a source keeps are served to nobody.
  if ((await keeperOf(unit, named)) !== undefined) return undefined;
  const { stored, refused, candidates } = await matchRecord(unit, { recordType, named });
  if (refused?.reason === 'UNIDENTIFIED') return undefined;
  if (refused !== undefined)
    return { refusal: refused, mayBeTold: grant?.identifiable === true && candidates.every(isTheirs) };
  if (stored === undefined || !isTheirs(stored)) return undefined;
  // A year of death does not replace the day that is known.
  const isKnown = valuesAt([stored.data], path.split('.')).some((known) => String(known).startsWith(deathDate));
  const data = isKnown ? stored.data : withValue(stored.data, path.split('.'), deathDate);
  return writeDraft(services, unit, definition, recordType, { ...named, ...stored, data }, stored);
}

function withValue(data: Data, [name = '', ...rest]: string[], value: unknown): Data {
  if (rest.length === 0) return { ...data, [name]: value };
  const below = data[name];
  return { ...data, [name]: withValue(typeof below === 'object' && below !== null ? { ...below } : {}, rest, value) };
}
