/** What accept is asked and answers, whoever asks. */
import type { Registry } from '../../protocol/vocabulary.js';
import type { Operation } from '../../protocol/vocabulary.js';

export interface AcceptRequestInput {
  operation: Operation;
  registry: Registry;
  transactionId: string;
  senderUri?: string | undefined;
  referenceIds: string[];
  itemCount?: number;
}
