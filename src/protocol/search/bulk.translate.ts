/** Answer to `upload/verify` → wire: as the short form's `verify`, one entry for each row. */
import type { JsonObject } from '../envelope/json.js';
import { WIRE_STATUS, type TransactionStatus } from '../vocabulary.js';
import { cutText } from '../text.js';

export interface BulkVerifyItem {
  referenceId: string;
  timestamp: string;
  status: TransactionStatus;
  reasonMessage?: string;
  found: boolean;
  verified: Record<string, boolean | null>;
}

export interface BulkVerifyAnswer {
  transactionId: string;
  correlationId: string;
  status: TransactionStatus;
  items: BulkVerifyItem[];
}

export const writeBulkVerify = ({ transactionId, correlationId, items }: BulkVerifyAnswer): JsonObject => ({
  transaction_id: transactionId,
  correlation_id: correlationId,
  verify_response: items.map(({ referenceId, timestamp, status, reasonMessage, found, verified }) => ({
    reference_id: referenceId,
    timestamp,
    status: WIRE_STATUS[status],
    ...(reasonMessage === undefined ? {} : { status_reason_message: cutText(reasonMessage, 999) }),
    found,
    verified,
  })),
});
