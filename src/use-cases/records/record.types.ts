/** What records is asked and answers, whoever asks. */
import type { RecordChange } from '../../entities/records/record.repository.js';
import type { RefusalReason } from '../../protocol/registries/records/record-invalid.js';

export interface RecordOutcome {
  /** Null where it was refused. */
  id: string | null;
  version: number | null;
  change: RecordChange;
  eventId?: string;
  overwrote?: string[];
  corrected?: string[];
  reason?: RefusalReason;
  message?: string;
}

export interface UpsertResult {
  inserted: number;
  updated: number;
  unchanged: number;
  refused: number;
  records: RecordOutcome[];
}

export interface RecordInput {
  recordType: string;
  identifiers: IdentifierInput[];
  data: Record<string, unknown>;
  externalId?: string;
  eventType?: string;
  was?: RecordVersion | null;
}

/** A stored record as it was read. */
export interface RecordVersion {
  id: string;
  version: number;
}

export interface IdentifierInput {
  type: string;
  value: string;
}
