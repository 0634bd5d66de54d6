/** EnrollmentUpdates (protocol 3.8), wire ↔ domain: a service provider pushes what became of its beneficiaries. */
import { z } from 'zod';
import { transactionId } from '../envelope/envelope.schema.js';
import type { JsonObject } from '../envelope/json.js';
import { WIRE_STATUS, type Registry, type TransactionStatus } from '../vocabulary.js';
import { cutText } from '../text.js';

export const enrollmentUpdatesRequest = z.looseObject({
  transaction_id: transactionId,
  enrolled_updates: z.looseObject({ beneficiaries: z.array(z.record(z.string(), z.unknown())).default([]) }),
});
export type EnrollmentUpdatesRequest = z.infer<typeof enrollmentUpdatesRequest>;

export interface EnrollmentUpdate {
  registry: Registry;
  transactionId: string;
  referenceId: string;
  /** Beneficiary records in any spelling that is read. */
  beneficiaries: Record<string, unknown>[];
}

/** What became of one record that a partner sent. */
export interface PushOutcome {
  referenceId: string;
  timestamp: string;
  status: TransactionStatus;
  /** Why it was not taken over. */
  reason?: string;
}

export interface PushAnswer {
  transactionId: string;
  correlationId: string;
  status: TransactionStatus;
  items: PushOutcome[];
}

/** The request carries no reference id: the message id stands in for it. */
export const readEnrollmentUpdates = (
  message: EnrollmentUpdatesRequest,
  registry: Registry,
  messageId: string,
): EnrollmentUpdate => ({
  registry,
  transactionId: message.transaction_id,
  referenceId: messageId,
  beneficiaries: message.enrolled_updates.beneficiaries,
});

/** EnrollmentUpdatesResponse, one entry for each beneficiary in their order. */
export const writeEnrollmentUpdates = (answer: PushAnswer): JsonObject => ({
  transaction_id: answer.transactionId,
  correlation_id: answer.correlationId,
  enrolled_response: answer.items.map(({ referenceId, timestamp, status, reason }) => ({
    reference_id: referenceId,
    timestamp,
    status: WIRE_STATUS[status],
    ...(reason === undefined ? {} : { status_reason_message: cutText(reason, 999) }),
  })),
});
