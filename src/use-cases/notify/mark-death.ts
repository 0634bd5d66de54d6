/** What a civil registry's death means elsewhere: the person, known by a shared identifier, gets the date of death. */
import { decideItem } from '../../access/decide-access.js';
import type { Unit } from '../../entities/database/database.js';
import { lockStoredRecord, type Identifier } from '../../entities/records/record.repository.js';
import type { AgreementTerms } from '../../entities/senders/sender.repository.js';
import { valuesAt } from '../../protocol/query/evaluate.js';
import { resolveName } from '../../protocol/registries/attributes.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { covers } from '../../protocol/registries/records/fields.js';
import type { Services } from '../services.js';
import { isInRows } from '../records/partner-push.js';
import { upsertDrafts } from '../records/records.js';

type Data = Record<string, unknown>;

export interface Death {
  /** Where the person is marked. */
  definition: RegistryDefinition;
  identifiers: Identifier[];
  deathDate: string;
  /** The sender's agreements with that registry, where the event was sent to it; else our own registry tells the other. */
  agreements: AgreementTerms[] | undefined;
}

/** Ids of the person's records of every type, whether or not they had the date before. */
export async function markDeath(services: Services, unit: Unit, death: Death): Promise<string[]> {
  const marked: string[] = [];
  for (const recordType of death.definition.recordTypes) {
    const id = await markRecord(services, unit, death, recordType);
    if (id !== undefined) marked.push(id);
  }
  return marked;
}

async function markRecord(
  services: Services,
  unit: Unit,
  { definition, identifiers, deathDate, agreements }: Death,
  recordType: RecordTypeDefinition,
): Promise<string | undefined> {
  const path = resolveName(definition, recordType, 'death_date')?.path;
  if (path === undefined) return undefined;
  const draft = { registry: definition.registry, recordType: recordType.name, identifiers, data: {} };
  const stored = await lockStoredRecord(unit, draft);
  if (stored === undefined) return undefined;
  if (agreements !== undefined) {
    const grant = decideItem(agreements, definition, { recordType });
    if (!grant.allowed || !covers(grant.clamp, path) || !isInRows(grant, stored)) return undefined;
  }
  // A year of death does not replace the day that is known.
  if (valuesAt([stored.data], path.split('.')).some((known) => String(known).startsWith(deathDate))) return stored.id;
  const data = withValue(stored.data, path.split('.'), deathDate);
  await upsertDrafts(services, unit, [{ ...draft, ...stored, data }]);
  return stored.id;
}

function withValue(data: Data, [name = '', ...rest]: string[], value: unknown): Data {
  if (rest.length === 0) return { ...data, [name]: value };
  const below = data[name];
  return { ...data, [name]: withValue(typeof below === 'object' && below !== null ? { ...below } : {}, rest, value) };
}
