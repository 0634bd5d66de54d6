import { runs } from '../run.js';
import { txnStatusRequest } from '../../protocol/txn-status/txn-status.schema.js';
import {
  emptyTxnStatus,
  readTxnStatusRequest,
  writeTxnStatusResponse,
  type TransactionStatusAnswer,
} from '../../protocol/txn-status/txn-status.translate.js';
import { defineKind } from '../message-kind.js';

const TXN_STATUS = runs(
  `mutation TransactionStatus($input: TransactionStatusInput!) { transactionStatus(input: $input) { correlationId } }`,
);

/** `txn-status` (protocol 3.7). */
export const txnStatusKind = defineKind({
  action: 'txn-status',
  replyAction: 'txn-on-status',
  operation: 'TXN_STATUS',
  message: txnStatusRequest,
  run: TXN_STATUS,
  read: (message, { definition }) => readTxnStatusRequest(message, definition.registry),
  write: (answer: TransactionStatusAnswer, { definition }) => writeTxnStatusResponse(answer, definition),
  items: ({ txnstatus_request: { reference_id: id } }) => [id],
  status: () => ({ status: 'SUCCEEDED', totalCount: 1, completedCount: 1 }),
  empty: emptyTxnStatus,
});
