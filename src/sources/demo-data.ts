/** The demo registries: one made-up country of any size, told by registries that agree with each other. */
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import { identifiersOf, type RecordIdentifier } from '../protocol/registries/records/normalize.js';
import { createRegistries } from '../protocol/registries/registries.js';
import { drawHousehold, type Household } from './demo.household.js';
import type { DemoDraft } from './demo.parts.js';
import { employmentRecords } from './demo.employment.js';
import { beneficiaryRecords } from './demo.programmes.js';
import { civilRecords, disabilityRecords, farmerRecords, socialRecords } from './demo.records.js';

export interface DemoRecord {
  registry: string;
  recordType: string;
  /** Unique within the registry. */
  externalId: string;
  identifiers: RecordIdentifier[];
  /** In the dictionary's form: `normalizeRecord` leaves it as it is. */
  data: Record<string, unknown>;
}

/** What a registry holds of a household; a further registry is one more line. */
export const DEMO_RECORDS: Record<string, (household: Household) => DemoDraft[]> = {
  SOCIAL: socialRecords,
  CRVS: civilRecords,
  DR: disabilityRecords,
  FR: farmerRecords,
  IBR: beneficiaryRecords,
  ESS: employmentRecords,
};

const all = createRegistries().all;

/**
 * Records about so many persons, household by household, made as they are asked for. The same number gives the same
 * records in any run; a larger number only adds households (the last one may be cut short).
 *
 * @param definitions the registries to fill, by default all
 */
export function* demoRecords(
  persons: number,
  definitions: RegistryDefinition[] = all,
  records: typeof DEMO_RECORDS = DEMO_RECORDS,
): Generator<DemoRecord> {
  let left = persons;
  for (let index = 0; left > 0; index++) {
    const household = drawHousehold(index, left);
    left -= household.persons.length;
    for (const definition of definitions)
      for (const draft of records[definition.registry]?.(household) ?? []) yield finish(definition, draft);
  }
}

const finish = (definition: RegistryDefinition, { recordType, key, data }: DemoDraft): DemoRecord => ({
  registry: definition.registry,
  recordType,
  externalId: `${recordType}:${key}`,
  identifiers: identifiersOf(definition, recordType, data),
  data,
});
