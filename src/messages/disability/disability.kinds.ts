/** The disability registry's own questions (protocol 3.8). */
import { runs } from '../run.js';
import { disabledRequest, type DisabledRequest } from '../../protocol/search/status-check.schema.js';
import {
  readStatusItem,
  withRecords,
  writeStatusAnswer,
  type StatusAnswer,
} from '../../protocol/search/status-check.translate.js';
import { writeSearchResponse, type SearchAnswer } from '../../protocol/search/search.translate.js';
import { defineKind, type MessageContext } from '../message-kind.js';
import { oneItemStatus, searchStatus } from '../search/search.kind.js';

const DISABLED = runs(`mutation Disabled($input: StatusCheckInput!) { disabled(input: $input) { correlationId } }`);
const DETAILS = runs(
  `mutation DisabilityDetails($input: SearchInput!) { disabilityDetails(input: $input) { correlationId } }`,
);
const SUPPORT = runs(
  `mutation DisabilitySupport($input: SearchInput!) { disabilitySupport(input: $input) { correlationId } }`,
);

export const disabledKind = defineKind({
  action: 'search',
  replyAction: 'on-search',
  operation: 'DISABLED',
  message: disabledRequest,
  run: DISABLED,
  read: (message, { definition, header }) => ({
    registry: definition.registry,
    transactionId: message.transaction_id,
    item: readStatusItem(message.disabled_criteria, header.message_id),
  }),
  write: (answer: StatusAnswer) => writeStatusAnswer(answer, 'disabled'),
  status: oneItemStatus,
  empty: () => ({ disabled_response: [] }),
});

const search = {
  action: 'search',
  replyAction: 'on-search',
  message: disabledRequest,
  read: (message: DisabledRequest, { definition, header }: MessageContext) => ({
    registry: definition.registry,
    transactionId: message.transaction_id,
    items: [readStatusItem(message.disabled_criteria, header.message_id)],
  }),
  status: searchStatus,
};

/** `reg_records`: for each person an object with the list of impairments. */
export const disabilityDetailsKind = defineKind({
  ...search,
  operation: 'DISABILITY_DETAILS',
  run: DETAILS,
  write: (answer: SearchAnswer, { definition }) =>
    withRecords(writeSearchResponse(answer, definition), answer, ({ disability_details = [] }) => ({
      disability_details,
    })),
});

/** `reg_records`: for each person the list of support. */
export const disabilitySupportKind = defineKind({
  ...search,
  operation: 'DISABILITY_SUPPORT',
  run: SUPPORT,
  write: (answer: SearchAnswer, { definition }) =>
    withRecords(writeSearchResponse(answer, definition), answer, ({ disability_support = [] }) => disability_support),
});
