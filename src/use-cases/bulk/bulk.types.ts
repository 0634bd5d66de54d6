/** What bulk is asked and answers, whoever asks. */
import type { Registry } from '../../protocol/vocabulary.js';

export interface BulkInput {
  registry: Registry;
  transactionId: string;
  uploadId: string;
  rows: number;
}
