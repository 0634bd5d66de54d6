/** Receipts, outside the specification (contract, spec 3.9): a partner acknowledges what was delivered to it. */
import { z } from 'zod';
import { dateTime, transactionId } from '../envelope/envelope.schema.js';
import type { JsonObject } from '../envelope/json.js';
import { WIRE_STATUS, type Registry, type TransactionStatus } from '../vocabulary.js';

const MOST_IDS = 1000;

export const receiptRequest = z.looseObject({
  transaction_id: transactionId,
  receipt_information: z.looseObject({
    subscription_code: z.string().max(99).optional(),
    /** `header.message_id` of the messages that were received. */
    notification_ids: z.array(z.string().min(1).max(255)).min(1).max(MOST_IDS),
    received_at: dateTime,
    /** In the partner's words: `received`, `processed`, `failed`. */
    status: z.string().min(1).max(99),
  }),
});
export type ReceiptRequest = z.infer<typeof receiptRequest>;

export interface Receipt {
  registry: Registry;
  transactionId: string;
  subscriptionCode?: string | undefined;
  messageIds: string[];
  receivedAt: string;
  status: string;
}

export interface ReceiptAnswer {
  transactionId: string;
  correlationId: string;
  /** Rejected when nothing of it was delivered to the caller. */
  status: TransactionStatus;
  acknowledged: string[];
  /** Not delivered to the caller, or not there at all. */
  unknown: string[];
}

export function readReceiptRequest(message: ReceiptRequest, registry: Registry): Receipt {
  const { subscription_code, notification_ids, received_at, status } = message.receipt_information;
  return {
    registry,
    transactionId: message.transaction_id,
    subscriptionCode: subscription_code,
    messageIds: notification_ids,
    receivedAt: received_at,
    status,
  };
}

/** ReceiptResponse. `beneficiaries` is what the specification's schema of a receipt's status asks for. */
export const writeReceiptResponse = (answer: ReceiptAnswer): JsonObject => ({
  transaction_id: answer.transactionId,
  correlation_id: answer.correlationId,
  receipt_information: {
    status: WIRE_STATUS[answer.status],
    notification_ids: answer.acknowledged,
    unknown_notification_ids: answer.unknown,
    beneficiaries: [],
  },
});
