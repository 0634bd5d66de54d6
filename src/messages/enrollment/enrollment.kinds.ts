/** The beneficiary registry's own messages (protocol 3.8). */
import { runs } from '../run.js';
import {
  enrollmentUpdatesRequest,
  readEnrollmentUpdates,
  writeEnrollmentUpdates,
  type PushAnswer,
} from '../../protocol/notify/enrollment.js';
import { enrolledRequest } from '../../protocol/search/status-check.schema.js';
import { readStatusItem, writeStatusAnswer, type StatusAnswer } from '../../protocol/search/status-check.translate.js';
import { defineKind } from '../message-kind.js';
import { oneItemStatus } from '../search/search.kind.js';

const ENROLLED = runs(`mutation Enrolled($input: StatusCheckInput!) { enrolled(input: $input) { correlationId } }`);
const UPDATES = runs(
  `mutation UpdateEnrollments($input: EnrollmentUpdatesInput!) { updateEnrollments(input: $input) { correlationId } }`,
);

export const enrolledKind = defineKind({
  action: 'search',
  replyAction: 'on-search',
  operation: 'ENROLLED',
  message: enrolledRequest,
  run: ENROLLED,
  read: (message, { definition, header }) => ({
    registry: definition.registry,
    transactionId: message.transaction_id,
    item: readStatusItem(message.enrolled_criteria, header.message_id),
  }),
  write: (answer: StatusAnswer) => writeStatusAnswer(answer, 'enrolled'),
  status: oneItemStatus,
  empty: () => ({ enrolled_response: [] }),
});

export const enrollmentUpdatesKind = defineKind({
  action: 'notify',
  replyAction: 'notify',
  operation: 'ENROLLMENT_UPDATES',
  message: enrollmentUpdatesRequest,
  bare: (messageId) => ({ transaction_id: messageId, enrolled_updates: { beneficiaries: [] } }),
  run: UPDATES,
  read: (message, { definition, header }) => readEnrollmentUpdates(message, definition.registry, header.message_id),
  write: (answer: PushAnswer) => writeEnrollmentUpdates(answer),
  items: ({ enrolled_updates: { beneficiaries } }) => beneficiaries.map(() => ''),
  status: ({ status, items }: PushAnswer) => ({
    status,
    totalCount: items.length,
    completedCount: items.filter((item) => item.status === 'SUCCEEDED').length,
  }),
  empty: () => ({ enrolled_response: [] }),
});
