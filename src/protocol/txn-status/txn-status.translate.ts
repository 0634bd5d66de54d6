/** Transaction status, wire ↔ domain (protocol 3.7), with the differences between the registries' schemas. */
import type { Json, JsonObject } from '../envelope/json.js';
import type { RegistryDefinition } from '../registries/definition.js';
import type { TxnStatusRequest } from './txn-status.schema.js';
import type { Registry, TransactionStatus } from '../vocabulary.js';

export const TXN_TYPES = ['SEARCH', 'SUBSCRIBE', 'UNSUBSCRIBE', 'RECEIPT'] as const;
export type TxnType = (typeof TXN_TYPES)[number];

export const TXN_ATTRIBUTES = ['TRANSACTION_ID', 'REFERENCE_IDS', 'CORRELATION_ID', 'SUBSCRIPTION_CODES'] as const;
export type TxnAttribute = (typeof TXN_ATTRIBUTES)[number];

export interface StatusOfTransaction {
  registry: Registry;
  transactionId: string;
  referenceId: string;
  /** What kind of request is asked about; left out: whatever it was. */
  type?: TxnType | undefined;
  attribute: TxnAttribute;
  /** Ids or codes; one alone unless the attribute is a list. */
  values: string[];
}

/** What became of an earlier request. */
export interface EarlierAnswer {
  transactionId: string;
  correlationId: string;
  status: TransactionStatus;
  itemCount: number;
  itemsDone: number;
  /** Its answer as the standard's message, as far as there is one. */
  message: Record<string, unknown>;
}

export interface TransactionStatusAnswer {
  transactionId: string;
  correlationId: string;
  type: TxnType;
  /** What was asked about, where it was one message: told back when there is none. */
  asked?: { transactionId?: string | undefined; correlationId?: string | undefined } | undefined;
  /** Absent when no request of that sender fits. */
  earlier?: EarlierAnswer | null | undefined;
}

const ATTRIBUTES: Record<string, TxnAttribute> = {
  transaction_id: 'TRANSACTION_ID',
  reference_id: 'REFERENCE_IDS',
  reference_id_list: 'REFERENCE_IDS',
  correlation_id: 'CORRELATION_ID',
  subscription_code_list: 'SUBSCRIPTION_CODES',
};
const TYPES: Record<string, TxnType> = {
  search: 'SEARCH',
  subscribe: 'SUBSCRIBE',
  subscibe: 'SUBSCRIBE',
  unsubscribe: 'UNSUBSCRIBE',
  receipt: 'RECEIPT',
};

export function readTxnStatusRequest(message: TxnStatusRequest, registry: Registry): StatusOfTransaction {
  const { reference_id: referenceId, txn_type, attribute_type, attribute_value } = message.txnstatus_request;
  return {
    registry,
    transactionId: message.transaction_id,
    referenceId,
    type: TYPES[txn_type],
    attribute: ATTRIBUTES[attribute_type] ?? 'TRANSACTION_ID',
    values: [attribute_value].flat(),
  };
}

/** TxnStatusResponse. The outer ids are the question's, the inner ones the earlier request's, known or not. */
export function writeTxnStatusResponse(answer: TransactionStatusAnswer, definition: RegistryDefinition): JsonObject {
  const { transactionId: transaction_id, correlationId: correlation_id, type, asked, earlier } = answer;
  return {
    transaction_id,
    correlation_id,
    txnstatus_response: {
      txn_type: type.toLowerCase(),
      txn_status:
        earlier == null
          ? {
              transaction_id: asked?.transactionId ?? transaction_id,
              correlation_id: asked?.correlationId ?? correlation_id,
              search_response: [],
            }
          : SHAPES[definition.txnStatusRecords][type](
              {
                transaction_id: earlier.transactionId,
                correlation_id: earlier.correlationId,
                ...progressOf(earlier),
                ...(earlier.message as JsonObject),
              },
              definition,
            ),
    },
  };
}

/** Told while items are left, beside what the schema asks for. */
const progressOf = ({ itemCount, itemsDone }: EarlierAnswer): JsonObject =>
  itemsDone < itemCount ? { total_count: itemCount, completed_count: itemsDone } : {};

/** No item is told of: a message that was refused as a whole. */
export const emptyTxnStatus = (ids: { transaction_id: string; correlation_id: string }): JsonObject => ({
  txnstatus_response: { txn_type: 'search', txn_status: { ...ids, search_response: [] } },
});

type Shape = (message: JsonObject, definition: RegistryDefinition) => JsonObject;

const asIs: Shape = (message) => message;
/** Where only the branch of a SearchResponse can take it. */
const besideSearch: Shape = (message) => ({ search_response: [], ...message });
const eachItem =
  (rewrite: (item: JsonObject, definition: RegistryDefinition) => JsonObject[]): Shape =>
  (message, definition) => {
    const items = (message['search_response'] ?? []) as JsonObject[];
    return { ...message, search_response: items.flatMap((item) => rewrite(item, definition)) };
  };

/** What each registry's schema takes as `txn_status`: with lists of records (social, ibr), or one record each (crvs, dr, fr). */
const SHAPES: Record<RegistryDefinition['txnStatusRecords'], Record<TxnType, Shape>> = {
  array: { SEARCH: eachItem(withList), SUBSCRIBE: besideSearch, UNSUBSCRIBE: besideSearch, RECEIPT: asIs },
  object: { SEARCH: eachItem(oneEach), SUBSCRIBE: asIs, UNSUBSCRIBE: asIs, RECEIPT: besideSearch },
};

function withList(item: JsonObject): JsonObject[] {
  const data = item['data'] as JsonObject | undefined;
  return [data === undefined ? item : { ...item, data: { ...data, reg_records: [data['reg_records'] ?? []].flat() } }];
}

/** One item a record under the same reference id; without records no `data`. */
function oneEach(item: JsonObject, definition: RegistryDefinition): JsonObject[] {
  const { data, ...head } = item;
  if (data === undefined) return [head];
  const { reg_records: records = [], ...rest } = data as JsonObject;
  const list = [records].flat();
  if (list.length === 0) return [head];
  const type = `${definition.recordTypePrefix}${definition.recordTypes[0]?.name ?? ''}`;
  return list.map((record) => ({ ...head, data: { reg_record_type: type, ...rest, reg_records: asObject(record) } }));
}

const asObject = (record: Json): Json => (Array.isArray(record) ? { disability_support: record } : record);
