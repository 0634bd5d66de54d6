/** Questions about one person, and their yes or no, wire ↔ domain (protocol 3.8). */
import type { Json, JsonObject } from '../envelope/json.js';
import { queryTypeOf } from '../query/parse-query.js';
import { namedEvents } from './named-events.js';
import type { CheckedCriteria } from './status-check.schema.js';
import type { SearchAnswer, SearchItem } from './search.translate.js';
import { WIRE_STATUS, type Registry, type TransactionStatus } from '../vocabulary.js';
import { cutText } from '../text.js';

export interface StatusQuestion {
  registry: Registry;
  transactionId: string;
  item: SearchItem;
}

export interface StatusAnswer {
  transactionId: string;
  correlationId: string;
  referenceId: string;
  timestamp: string;
  status: TransactionStatus;
  reasonCode?: string;
  reasonMessage?: string;
  /** Whether the status asked about holds; false for an unknown person and a rejected question. */
  holds: boolean;
}

/** The requests carry no reference id: the message id stands in for it. */
export function readStatusItem(criteria: CheckedCriteria, messageId: string): SearchItem {
  const { query = {}, consent, authorize } = criteria;
  // The specification binds no shape to a type here, and `query_type` is optional: the shape tells.
  return {
    referenceId: messageId,
    queryType: queryTypeOf(query),
    query,
    eventType: namedEvents(criteria),
    consent,
    authorize,
  };
}

/** DisabledResponse or EnrolledResponse: `disabled_response[].disabled_status`, `enrolled_response[].enrolled_status`. */
export function writeStatusAnswer(answer: StatusAnswer, name: 'disabled' | 'enrolled'): JsonObject {
  const item: JsonObject = {
    reference_id: answer.referenceId,
    timestamp: answer.timestamp,
    status: WIRE_STATUS[answer.status],
    ...(answer.reasonCode === undefined ? {} : { status_reason_code: answer.reasonCode }),
    ...(answer.reasonMessage === undefined ? {} : { status_reason_message: cutText(answer.reasonMessage, 999) }),
    [`${name}_status`]: answer.holds ? 'yes' : 'no',
  };
  return {
    transaction_id: answer.transactionId,
    correlation_id: answer.correlationId,
    [`${name}_response`]: [item],
  };
}

/** Of a SearchResponse (protocol 3.4), `reg_records` as another list: one entry for each record. */
export function withRecords(
  message: JsonObject,
  answer: SearchAnswer,
  entry: (record: Record<string, unknown>) => unknown,
): JsonObject {
  const items = message['search_response'] as JsonObject[];
  return {
    ...message,
    search_response: items.map((item, index) => {
      if (item['data'] === undefined) return item;
      const records = answer.items[index]?.records ?? [];
      return {
        ...item,
        data: { version: '1.0.0', reg_records: records.map((record) => entry(record)) as Json },
      };
    }),
  };
}
