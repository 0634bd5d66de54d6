/** The messages that a partner sends (protocol 3.1 to 3.7), from plain arguments. */
import { randomUUID } from 'node:crypto';
import type { Json, JsonObject } from '../protocol/envelope/json.js';

export interface NameValue {
  name: string;
  value: string;
}

export interface SearchOptions {
  /** One item each. */
  ids?: NameValue[];
  /** All must hold; one item. */
  where?: NameValue[];
  recordType?: string | undefined;
  pageSize?: number | undefined;
  pageNumber?: number | undefined;
  /** Told as the purpose of the request, which agreements and consents may ask for. */
  purpose?: string | undefined;
}

export function searchMessage({ ids = [], where = [], ...options }: SearchOptions, now: Date): JsonObject {
  const queries = ids.map(({ name: type, value }): JsonObject => ({
    query_type: 'idtype-value',
    query: { type, value },
  }));
  if (where.length > 0) queries.push({ query_type: 'predicate', query: predicatesOf(where) });
  const items = queries.map((query, index): JsonObject => ({
    reference_id: String(index + 1),
    timestamp: now.toISOString(),
    search_criteria: { ...query, ...criteriaOf(options) },
  }));
  return { transaction_id: randomUUID(), search_request: items };
}

export interface SubscribeOptions {
  eventType: string;
  recordType: string;
  /** All must hold; every record where left out. */
  ids?: NameValue[];
  where?: NameValue[];
}

export function subscribeMessage(
  { eventType, recordType, ids = [], where = [] }: SubscribeOptions,
  now: Date,
): JsonObject {
  const [id] = ids;
  const filter: JsonObject =
    where.length > 0
      ? { filter_type: 'predicate', filter: predicatesOf(where) }
      : id !== undefined
        ? { filter_type: 'idtype-value', filter: { type: id.name, value: id.value } }
        : { filter: {} };
  const criteria = { reg_event_type: eventType, notify_record_type: recordType, ...filter };
  const item = { reference_id: '1', timestamp: now.toISOString(), subscribe_criteria: criteria };
  return { transaction_id: randomUUID(), subscribe_request: [item] };
}

export const unsubscribeMessage = (codes: string[], now: Date): JsonObject => ({
  transaction_id: randomUUID(),
  timestamp: now.toISOString(),
  subscription_codes: codes,
});

export type TransactionKey = 'transaction_id' | 'correlation_id' | 'reference_id_list';

export const txnStatusMessage = (type: string, key: TransactionKey, value: Json): JsonObject => ({
  transaction_id: randomUUID(),
  txnstatus_request: { reference_id: '1', txn_type: type, attribute_type: key, attribute_value: value },
});

function predicatesOf(where: NameValue[]): JsonObject[] {
  return where.map(({ name, value }, index) => ({
    seq_num: index + 1,
    expression1: { attribute_name: name, operator: 'eq', attribute_value: value },
  }));
}

function criteriaOf({ recordType, pageSize, pageNumber, purpose }: Omit<SearchOptions, 'ids' | 'where'>): JsonObject {
  const paged = pageSize !== undefined || pageNumber !== undefined;
  return {
    ...(recordType === undefined ? {} : { reg_record_type: recordType }),
    ...(paged ? { pagination: { page_size: pageSize ?? 20, page_number: pageNumber ?? 1 } } : {}),
    ...(purpose === undefined
      ? {}
      : {
          authorize: { '@type': 'Authorize', ts: new Date().toISOString(), purpose: { text: purpose, code: purpose } },
        }),
  };
}
