/** Uploads, outside the specification: accepted by `upload.handler.ts`, worked on like every accepted message. */
import { defineDocument } from '../../graphql/run-document.js';
import { recordsFormOf } from '../../protocol/search/records-form.js';
import { BULK_ACTIONS, storedUpload } from '../../protocol/search/bulk.js';
import { writeBulkVerify, type BulkVerifyAnswer } from '../../protocol/search/bulk.translate.js';
import { writeSearchResponse, type SearchAnswer } from '../../protocol/search/search.translate.js';
import type { z } from 'zod';
import { defineKind, type MessageContext } from '../message-kind.js';
import { searchStatus } from '../search/search.kind.js';

const BULK_SEARCH = defineDocument(
  `mutation BulkSearch($input: BulkInput!) { bulkSearch(input: $input) { correlationId } }`,
);
const BULK_VERIFY = defineDocument(
  `mutation BulkVerify($input: BulkInput!) { bulkVerify(input: $input) { correlationId } }`,
);

const upload = {
  message: storedUpload,
  read: ({ transaction_id, upload_id, rows }: z.infer<typeof storedUpload>, { definition }: MessageContext) => ({
    registry: definition.registry,
    transactionId: transaction_id,
    uploadId: upload_id,
    rows,
  }),
};

export const bulkSearchKind = defineKind({
  ...upload,
  action: BULK_ACTIONS.BULK_SEARCH,
  replyAction: 'on-search',
  operation: 'BULK_SEARCH',
  document: BULK_SEARCH,
  write: (answer: SearchAnswer, { definition, sender }) =>
    writeSearchResponse(answer, definition, recordsFormOf(sender, definition)),
  status: searchStatus,
});

export const bulkVerifyKind = defineKind({
  ...upload,
  action: BULK_ACTIONS.BULK_VERIFY,
  replyAction: 'on-verify',
  operation: 'BULK_VERIFY',
  document: BULK_VERIFY,
  write: (answer: BulkVerifyAnswer) => writeBulkVerify(answer),
  status: ({ status, items }: BulkVerifyAnswer) => ({
    status,
    totalCount: items.length,
    completedCount: items.filter((item) => item.status === 'SUCCEEDED').length,
  }),
  empty: () => ({ verify_response: [] }),
});
