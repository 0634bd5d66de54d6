import { runs } from '../run.js';
import { recordsFormOf } from '../../protocol/search/records-form.js';
import { searchRequest } from '../../protocol/search/search.schema.js';
import { readSearchRequest, writeSearchResponse, type SearchAnswer } from '../../protocol/search/search.translate.js';
import type { ReplyStatus } from '../../protocol/envelope/reply.js';
import type { TransactionStatus } from '../../protocol/vocabulary.js';
import { DIALECTS } from '../../protocol/dialects/dialects.js';
import type { JsonObject } from '../../protocol/envelope/json.js';
import { defineKind, type MessageContext } from '../message-kind.js';

/** The facade sends what the use case stored, so the document asks for no more than that it was done. */
export const SEARCH = runs(`mutation Search($input: SearchInput!) { search(input: $input) { correlationId } }`);

export const searchStatus = ({ status, items, completedCount }: SearchAnswer): ReplyStatus => ({
  status,
  totalCount: items.length,
  completedCount,
});

/** `search` (protocol 3.1, 3.4). */
export const searchKind = defineKind({
  action: 'search',
  replyAction: 'on-search',
  operation: 'SEARCH',
  message: searchRequest,
  run: SEARCH,
  read: (message, { definition }) => readSearchRequest(message, definition.registry),
  write: (answer: SearchAnswer, { definition, sender }) =>
    writeSearchResponse(answer, definition, recordsFormOf(sender, definition)),
  items: ({ search_request: items }) => items.map(({ reference_id: id }) => id),
  status: searchStatus,
  meta: enforcementMarks,
});

/** Only what is true: of a sender that may leave a signature out, and of a person whose consent nobody asked for, nothing is marked. */
function enforcementMarks({ items }: SearchAnswer, { sender }: MessageContext): JsonObject {
  if (DIALECTS[sender.dialect].marksEnforcement !== true) return {};
  const answered = items.filter(({ status }) => status === 'SUCCEEDED');
  const enforced = answered.length > 0 && answered.every(({ consentEnforced }) => consentEnforced === true);
  return {
    ...(sender.signaturePolicy === 'REQUIRED' ? { signature_validation: 'enabled' } : {}),
    ...(enforced ? { consent_enforcement: 'enabled' } : {}),
  };
}

/** Header of a reply to one question without reference id. */
export const oneItemStatus = ({ status }: { status: TransactionStatus }): ReplyStatus => ({
  status,
  totalCount: 1,
  completedCount: status === 'SUCCEEDED' ? 1 : 0,
});
