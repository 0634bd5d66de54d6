import { runs } from '../run.js';
import {
  readReceiptRequest,
  receiptRequest,
  writeReceiptResponse,
  type ReceiptAnswer,
} from '../../protocol/notify/receipt.js';
import { defineKind } from '../message-kind.js';
import { oneItemStatus } from '../search/search.kind.js';

const RECEIPT = runs(
  `mutation AcknowledgeReceipt($input: ReceiptInput!) { acknowledgeReceipt(input: $input) { correlationId } }`,
);

/** `receipt`, outside the specification. */
export const receiptKind = defineKind({
  action: 'receipt',
  replyAction: 'receipt',
  operation: 'RECEIPT',
  message: receiptRequest,
  run: RECEIPT,
  read: (message, { definition }) => readReceiptRequest(message, definition.registry),
  write: (answer: ReceiptAnswer) => writeReceiptResponse(answer),
  status: oneItemStatus,
  empty: () => ({ receipt_information: { notification_ids: [], unknown_notification_ids: [], beneficiaries: [] } }),
});
