/** What callbacks is asked and answers, whoever asks. */
import type { Operation } from '../../protocol/vocabulary.js';
import type { Registry } from '../../protocol/vocabulary.js';

export interface CallbackResult {
  correlationId: string;
  known: boolean;
}

export interface CallbackInput {
  registry: Registry;
  operation: Operation;
  transactionId: string;
  /** Left out by an answer that is a header alone. */
  correlationId?: string | null | undefined;
  /** Of subscriptions that were granted. */
  subscriptionCodes?: string[] | null | undefined;
}
