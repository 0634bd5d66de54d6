/** The named schemas of the document: what validates requests, and what answers look like, each once. */
import { z } from 'zod';
import {
  callbackHeader,
  encryptedMessage,
  paginationRequest,
  requestHeader,
} from '../../protocol/envelope/envelope.schema.js';
import type { JsonObject } from '../../protocol/envelope/json.js';
import { enrollmentUpdatesRequest } from '../../protocol/notify/enrollment.js';
import { receiptRequest } from '../../protocol/notify/receipt.js';
import * as received from '../../protocol/notify/received.schema.js';
import { searchCriteria, searchRequest, searchRequestItem } from '../../protocol/search/search.schema.js';
import { disabledRequest, enrolledRequest } from '../../protocol/search/status-check.schema.js';
import * as short from '../../protocol/short-form/short-form.schema.js';
import * as subscribe from '../../protocol/subscribe/subscribe.schema.js';
import { txnStatusRequest } from '../../protocol/txn-status/txn-status.schema.js';
import { ANSWERS } from './answers.js';
import { withNulls } from './nulls.js';

/** The very schemas that validate; each name leads to one type of a generated client. */
const REQUESTS: Record<string, z.ZodType> = {
  RequestHeader: requestHeader,
  CallbackHeader: callbackHeader,
  EncryptedMessage: encryptedMessage,
  PaginationRequest: paginationRequest,
  SearchRequest: searchRequest,
  SearchRequestItem: searchRequestItem,
  SearchCriteria: searchCriteria,
  SubscribeRequest: subscribe.subscribeRequest,
  SubscribeRequestItem: subscribe.subscribeRequestItem,
  SubscribeCriteria: subscribe.subscribeCriteria,
  Frequency: subscribe.frequency,
  UnsubscribeRequest: subscribe.unsubscribeRequest,
  TxnStatusRequest: txnStatusRequest,
  ReceiptRequest: receiptRequest,
  DisabledRequest: disabledRequest,
  EnrolledRequest: enrolledRequest,
  EnrollmentUpdatesRequest: enrollmentUpdatesRequest,
  NotifyRequest: received.notifyRequest,
  NotifyEvent: received.notifyEvent,
  ReceivedSearchResponse: received.searchResponse,
  ReceivedSubscribeResponse: received.subscribeResponse,
  ReceivedUnsubscribeResponse: received.unsubscribeResponse,
  ReceivedTxnStatusResponse: received.txnStatusResponse,
  ShortSearch: short.shortSearch,
  ShortVerify: short.shortVerify,
  ShortSubscribe: short.shortSubscribe,
  ShortUnsubscribe: short.shortUnsubscribe,
  ShortNotify: received.shortNotify,
};

const NAMES = new Map(Object.entries(REQUESTS).map(([name, schema]) => [schema, name]));

export const ref = (name: string): JsonObject => ({ $ref: `#/components/schemas/${name}` });

/** @throws Error for a message that has no name here yet */
export function nameOf(schema: z.ZodType): string {
  const name = NAMES.get(schema);
  if (name === undefined) throw new Error('a message of the facade has no name in src/dci-rest/openapi/schemas.ts');
  return name;
}

/** All of them, referring to each other by name. */
export function namedSchemas(): JsonObject {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries({ ...REQUESTS, ...ANSWERS })) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    unrepresentable: 'any',
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => {
      const inner = Object.fromEntries(Object.entries(schema).filter(([member]) => !OF_A_FILE.has(member)));
      return [name, (name in REQUESTS ? withNulls(inner) : inner) as JsonObject];
    }),
  );
}

/** Said of a schema that is a document of its own. */
const OF_A_FILE = new Set(['$schema', '$id']);
