/** What this server answers and tells, as schemas: nothing validates with them but the tests, which hold every answer against them. */
import { z } from 'zod';
import { dateTime } from '../../protocol/envelope/envelope.schema.js';
import { frequency } from '../../protocol/subscribe/subscribe.schema.js';
import type { Operation } from '../../protocol/vocabulary.js';

const text = z.string();
const count = z.int32().min(0);
const wireStatus = z.enum(['rcvd', 'pdng', 'succ', 'rjct']);
const ids = { transaction_id: text, correlation_id: text };
const reason = { status_reason_code: text.optional(), status_reason_message: text.optional() };
const item = { reference_id: text, timestamp: dateTime, status: wireStatus, ...reason, locale: text.optional() };
const yesOrNo = z.enum(['yes', 'no']);
const exactness = {
  total_count_exact: z.literal(false).optional().describe('Where it stands, `total_count` or more match.'),
};

const replyHeader = z.looseObject({
  version: text,
  message_id: text,
  message_ts: dateTime,
  action: text,
  status: wireStatus,
  ...reason,
  total_count: count,
  completed_count: count,
  sender_id: text,
  receiver_id: text.optional(),
  is_msg_encrypted: z.boolean(),
  meta: z
    .looseObject({
      subscription_code: text.optional(),
      sequence: z.int().optional(),
      event_id: text.optional(),
      test: z.literal(true).optional(),
      signature_validation: z.literal('enabled').optional(),
      consent_enforcement: z.literal('enabled').optional(),
    })
    .optional()
    .describe(
      'Of a notification: which subscription, its number there, and the event; `test` marks one of no event. Of a search answer to a sender of the dialect OPENG2P: what was enforced.',
    ),
});

/** As the registry's dictionary has it (protocol 4), of what the agreement lets out. */
const registryRecord = z.looseObject({ '@type': text.optional() });
const pagination = z.looseObject({
  page_size: count,
  page_number: count,
  total_count: count,
  ...exactness,
  next_cursor: text.optional(),
});
const foundRecords = z.looseObject({
  version: text,
  reg_type: text.optional(),
  reg_record_type: text.optional(),
  reg_records: z
    .union([z.array(z.union([registryRecord, z.array(z.unknown())])), registryRecord])
    .describe('A list, or one record an item where the registry or the sender’s `recordsAs` has it so.'),
});
const searchResponseItem = z.looseObject({
  ...item,
  data: foundRecords.optional(),
  pagination: pagination.optional(),
});
const searchResponse = z.looseObject({ ...ids, search_response: z.array(searchResponseItem) });

const subscriptionInfo = z.looseObject({
  version: text,
  code: text,
  status: z.enum(['subscribe', 'unsubscribe']),
  timestamp: dateTime,
  reg_type: text,
  reg_event_type: text.optional(),
  frequency: frequency.optional(),
  filter_type: z.enum(['idtype-value', 'expression', 'predicate', 'graphql']).optional(),
  filter: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
  notify_record_type: text.optional(),
  locale: text.optional(),
});
const subscribeResponse = z.looseObject({
  ...ids,
  subscribe_response: z.array(z.looseObject({ ...item, subscriptions: z.array(subscriptionInfo).optional() })),
});

/** One that refuses the whole message holds no more than its ids. */
const unsubscribeResponse = z.looseObject({
  ...ids,
  timestamp: dateTime.optional(),
  status: wireStatus.optional(),
  ...reason,
  subscription_status: z.array(z.looseObject({ code: text, status: z.enum(['subscribe', 'unsubscribe']) })).optional(),
});
const receiptInformation = z.looseObject({
  status: wireStatus.optional(),
  notification_ids: z.array(text),
  unknown_notification_ids: z.array(text),
  beneficiaries: z.array(z.unknown()).optional(),
});
const receiptResponse = z.looseObject({ ...ids, receipt_information: receiptInformation });
const verified = z
  .record(z.string(), z.boolean().nullable())
  .describe('Each claim: true, false, or null where not known.');
const verifyResponse = z.looseObject({
  ...ids,
  verify_response: z.array(z.looseObject({ ...item, found: z.boolean(), verified })),
});
const disabledResponse = z.looseObject({
  ...ids,
  disabled_response: z.array(z.looseObject({ ...item, disabled_status: yesOrNo })),
});
const enrolledResponse = z.looseObject({
  ...ids,
  enrolled_response: z.array(z.looseObject({ ...item, enrolled_status: yesOrNo })),
});
const enrollmentUpdatesResponse = z.looseObject({ ...ids, enrolled_response: z.array(z.looseObject(item)) });

/** Of whatever kind the earlier request was. */
const earlierAnswer = z.looseObject({
  ...ids,
  total_count: count.optional(),
  completed_count: count.optional(),
  search_response: searchResponse.shape.search_response.optional(),
  disabled_response: disabledResponse.shape.disabled_response.optional(),
  enrolled_response: enrolledResponse.shape.enrolled_response.optional(),
  verify_response: verifyResponse.shape.verify_response.optional(),
  subscribe_response: subscribeResponse.shape.subscribe_response.optional(),
  timestamp: dateTime.optional(),
  status: wireStatus.optional(),
  ...reason,
  subscription_status: unsubscribeResponse.shape.subscription_status,
  receipt_information: receiptInformation.partial().optional(),
});
const txnStatusResponse = z.looseObject({
  ...ids,
  txnstatus_response: z.looseObject({
    txn_type: text,
    txn_status: earlierAnswer.describe('The answer of the earlier request, as far as there is one.'),
  }),
});

const short = { ...ids, status: wireStatus, ...reason };

/** By the path below `/dci/v1`. */
export const SHORT_ANSWERS: Record<string, string> = {
  '/search': 'ShortSearchAnswer',
  '/verify': 'ShortVerifyAnswer',
  '/subscribe': 'ShortSubscribeAnswer',
  '/unsubscribe': 'ShortUnsubscribeAnswer',
  '/notify': 'ShortNotifyAnswer',
};

export const ANSWER_MESSAGES: Partial<Record<Operation, string>> = {
  SEARCH: 'SearchResponse',
  SUBSCRIBE: 'SubscribeResponse',
  UNSUBSCRIBE: 'UnsubscribeResponse',
  TXN_STATUS: 'TxnStatusResponse',
  RECEIPT: 'ReceiptResponse',
  BULK_SEARCH: 'SearchResponse',
  BULK_VERIFY: 'VerifyResponse',
  DISABLED: 'DisabledResponse',
  DISABILITY_DETAILS: 'SearchResponse',
  DISABILITY_SUPPORT: 'SearchResponse',
  ENROLLED: 'EnrolledResponse',
  ENROLLMENT_UPDATES: 'EnrollmentUpdatesResponse',
};

const problem = z.looseObject({ code: text, message: text });
const ackMessage = z.looseObject({
  ack_status: z.enum(['ACK', 'NACK', 'ERR']),
  timestamp: dateTime,
  correlation_id: text.max(99),
  error: problem.optional(),
  /** Of `notify` alone (protocol 5). */
  not_applied: z.array(z.looseObject({ reference_id: text, status_reason_message: text.max(999) })).optional(),
});

const keyMembers = Object.fromEntries(['crv', 'x', 'y', 'n', 'e'].map((name) => [name, text.optional()]));
const token = { access_token: text, token_type: z.literal('bearer'), scope: text.optional() };

/** By the names of the document. */
export const ANSWERS: Record<string, z.ZodType> = {
  ReplyHeader: replyHeader,
  RegistryRecord: registryRecord,
  FoundRecords: foundRecords,
  Pagination: pagination,
  SearchResponseItem: searchResponseItem,
  SearchResponse: searchResponse,
  SubscriptionInfo: subscriptionInfo,
  SubscribeResponse: subscribeResponse,
  UnsubscribeResponse: unsubscribeResponse,
  TxnStatusResponse: txnStatusResponse,
  ReceiptResponse: receiptResponse,
  VerifyResponse: verifyResponse,
  DisabledResponse: disabledResponse,
  EnrolledResponse: enrolledResponse,
  EnrollmentUpdatesResponse: enrollmentUpdatesResponse,
  ShortSearchAnswer: z.looseObject({
    ...short,
    total_count: count,
    ...exactness,
    records: z.array(registryRecord),
  }),
  ShortVerifyAnswer: z.looseObject({ ...short, found: z.boolean(), verified }),
  ShortSubscribeAnswer: z.looseObject({ ...short, subscription_code: text.optional(), state: text.optional() }),
  ShortUnsubscribeAnswer: z.looseObject({ ...short, subscription_codes: z.array(text) }),
  ShortNotifyAnswer: z.looseObject(short),
  Problem: problem,
  AckMessage: ackMessage,
  Acknowledgement: z.looseObject({ message: ackMessage }),
  Refusal: z.looseObject({ errors: z.array(problem), message: ackMessage, error_id: text }),
  Token: z.looseObject({ ...token, expires_in: z.int().describe('Seconds.') }),
  ClientToken: z.looseObject({ ...token, expires_in: text.describe('Seconds, as a text.') }),
  TokenError: z.looseObject({ error: text, error_description: text.optional(), errors: z.array(problem).optional() }),
  Jwks: z.looseObject({ keys: z.array(z.looseObject({ kty: text, kid: text, use: text, alg: text, ...keyMembers })) }),
};
