/** What records is asked and answers, whoever asks. */
import type { RecordChange } from '../../entities/records/record.repository.js';

export interface RecordOutcome {
  id: string;
  version: number;
  change: RecordChange;
  eventId?: string;
}

export interface UpsertResult {
  inserted: number;
  updated: number;
  unchanged: number;
  records: RecordOutcome[];
}

export interface RecordInput {
  recordType: string;
  identifiers: IdentifierInput[];
  data: Record<string, unknown>;
  externalId?: string;
  eventType?: string;
}

export interface IdentifierInput {
  type: string;
  value: string;
}
