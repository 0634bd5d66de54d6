/** Whether `reg_records` is a list or one record an item, for a sender and a registry (protocol 1.4, 3.4). */
import { DIALECTS } from '../dialects/dialects.js';
import type { RegistryDefinition } from '../registries/definition.js';
import type { Dialect, RecordsAs, RecordsForm } from '../vocabulary.js';

/** What was chosen for the sender wins; then what its system can read; then the registry's published schema. */
export function recordsFormOf(
  { recordsAs, dialect }: { recordsAs: RecordsAs; dialect: Dialect },
  { searchRecords }: Pick<RegistryDefinition, 'searchRecords'>,
): RecordsForm {
  if (recordsAs !== 'STANDARD') return recordsAs;
  return DIALECTS[dialect].records ?? (searchRecords === 'object' ? 'OBJECT' : 'ARRAY');
}
