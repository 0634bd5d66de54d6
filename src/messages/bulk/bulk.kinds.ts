/** Uploads, outside the specification: accepted by `upload.handler.ts`, worked on like every accepted message. */
import { requireSender } from '../../graphql/authorize.js';
import { bulkSearch } from '../../use-cases/bulk/bulk-search.js';
import { bulkVerify } from '../../use-cases/bulk/bulk-verify.js';
import type { BulkInput } from '../../use-cases/bulk/bulk.types.js';
import type { PartnerCall } from '../../use-cases/call.js';
import type { Services } from '../../use-cases/services.js';
import { recordsFormOf } from '../../protocol/search/records-form.js';
import { BULK_ACTIONS, storedUpload } from '../../protocol/search/bulk.js';
import { writeBulkVerify, type BulkVerifyAnswer } from '../../protocol/search/bulk.translate.js';
import { writeSearchResponse, type SearchAnswer } from '../../protocol/search/search.translate.js';
import type { z } from 'zod';
import { defineKind, type MessageContext } from '../message-kind.js';
import type { Run } from '../run.js';
import { searchStatus } from '../search/search.kind.js';

type Bulk = (services: Services, caller: PartnerCall, input: BulkInput) => Promise<unknown>;

/** Parts of a large message, which no caller of the API may run. */
const inParts =
  (work: Bulk): Run<BulkInput> =>
  (input, { context }) =>
    work(context.services, requireSender(context), input);

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
  run: inParts(bulkSearch),
  write: (answer: SearchAnswer, { definition, sender }) =>
    writeSearchResponse(answer, definition, recordsFormOf(sender, definition)),
  status: searchStatus,
});

export const bulkVerifyKind = defineKind({
  ...upload,
  action: BULK_ACTIONS.BULK_VERIFY,
  replyAction: 'on-verify',
  operation: 'BULK_VERIFY',
  run: inParts(bulkVerify),
  write: (answer: BulkVerifyAnswer) => writeBulkVerify(answer),
  status: ({ status, items }: BulkVerifyAnswer) => ({
    status,
    totalCount: items.length,
    completedCount: items.filter((item) => item.status === 'SUCCEEDED').length,
  }),
  empty: () => ({ verify_response: [] }),
});
