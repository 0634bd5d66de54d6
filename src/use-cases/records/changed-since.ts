/** Whether a record is still the one, and in the version, that somebody looked at before they change or delete it. */
import type { StoredRecord } from '../../entities/records/record.repository.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import type { RecordVersion } from './record.types.js';

/** What somebody else changed since would be undone unseen, and a number may be another record's by now. */
export function changedSince(
  was: RecordVersion | null | undefined,
  now: StoredRecord | undefined,
): RecordInvalid | undefined {
  if (was == null || (now?.id === was.id && now.version === was.version)) return undefined;
  return new RecordInvalid('', 'was changed since it was read, or is gone: read it again', 'CHANGED');
}
