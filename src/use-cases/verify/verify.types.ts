/** What verify is asked and answers, whoever asks. */
import type { TransactionStatus } from '../../protocol/vocabulary.js';
import type { IdentifierInput } from '../records/record.types.js';
import type { Registry } from '../../protocol/vocabulary.js';

export interface VerifyResult {
  transactionId: string;
  correlationId: string;
  status: TransactionStatus;
  found: boolean;
  verified: Record<string, boolean | null>;
}

export interface VerifyInput {
  registry: Registry;
  transactionId: string;
  identifiers: IdentifierInput[];
  claims: Record<string, unknown>;
  purpose?: string;
}
