/** Wire ↔ domain: the only place that knows `search_criteria` and its kin; snake case stops here. */
import { isObject } from '../../platform/plain-object.js';
import { DEFAULT_PAGE_SIZE } from '../query/criteria.js';
import type { ItemReasonCode } from '../errors.js';
import type { JsonObject, Json } from '../envelope/json.js';
import type { RegistryDefinition } from '../registries/definition.js';
import { namedEvents } from './named-events.js';
import type { SearchRequest } from './search.schema.js';
import { WIRE_STATUS, type QueryType, type RecordsForm, type Registry, type TransactionStatus } from '../vocabulary.js';
import { cutText } from '../text.js';

/** One question of a search, as the use case takes it; also the variables of the GraphQL document. */
export interface SearchItem {
  referenceId: string;
  timestamp?: string | undefined;
  locale?: string | undefined;
  recordType?: string | undefined;
  responseEntity?: string | undefined;
  /** Narrows to records that show this event, in any name of it. */
  eventType?: string | undefined;
  queryType: QueryType;
  query: unknown;
  sort?: { attribute: string; order: 'asc' | 'desc' }[] | undefined;
  page?: { size: number; number: number; cursor?: string | undefined } | undefined;
  consent?: Record<string, unknown> | undefined;
  authorize?: Record<string, unknown> | undefined;
  /** Paths to return, where not all that the agreement lets out is wanted. */
  fields?: string[] | undefined;
  /** The one attribute that the operation returns; takes the place of `fields`. */
  returns?: string | undefined;
}

export interface SearchQuestion {
  registry: Registry;
  transactionId: string;
  items: SearchItem[];
}

export interface SearchItemAnswer {
  referenceId: string;
  timestamp: string;
  status: TransactionStatus;
  reasonCode?: ItemReasonCode;
  reasonMessage?: string;
  recordType?: string;
  records: Record<string, unknown>[];
  /** Whether a consent was asked for of whoever is told. */
  consentEnforced?: boolean;
  page?: SearchPage;
  locale?: string;
}

export interface SearchPage {
  size: number;
  number: number;
  totalCount: number;
  /** Where it is not, at least so many match. */
  totalCountExact: boolean;
  nextCursor?: string;
}

export interface SearchAnswer {
  transactionId: string;
  correlationId: string;
  status: TransactionStatus;
  completedCount: number;
  items: SearchItemAnswer[];
}

export const WIRE_QUERY_TYPE = {
  IDTYPE_VALUE: 'idtype-value',
  EXPRESSION: 'expression',
  PREDICATE: 'predicate',
  GRAPHQL: 'graphql',
} as const satisfies Record<QueryType, string>;

export const QUERY_TYPE: Record<string, QueryType> = Object.fromEntries(
  Object.entries(WIRE_QUERY_TYPE).map(([type, wire]) => [wire, type as QueryType]),
);

/** SearchRequest (protocol 3.1) → question. */
export function readSearchRequest(message: SearchRequest, registry: Registry): SearchQuestion {
  const items = message.search_request.map((item): SearchItem => {
    const criteria = item.search_criteria;
    const pagination = criteria.pagination ?? item.pagination;
    return {
      referenceId: item.reference_id,
      timestamp: item.timestamp,
      locale: item.locale,
      recordType: criteria.reg_record_type,
      responseEntity: criteria.response_entity,
      eventType: namedEvents(criteria, item),
      queryType: QUERY_TYPE[criteria.query_type] ?? 'EXPRESSION',
      query: criteria.query,
      sort: criteria.sort?.map(({ attribute_name: attribute = '', sort_order: order = 'asc' }) => ({
        attribute,
        order,
      })),
      page: pagination && {
        size: pagination.page_size,
        number: pagination.page_number,
        cursor: pagination.cursor,
      },
      // A proof is never ignored, wherever it stands.
      consent: withProof(criteria.consent, item['consent']),
      authorize: withProof(criteria.authorize, item['authorize']),
    };
  });
  return { registry, transactionId: message.transaction_id, items };
}

/** Of a block beside the criteria, the proof alone; two that differ are none. */
function withProof(inside: Record<string, unknown> | undefined, beside: unknown): Record<string, unknown> | undefined {
  const proofs = isObject(beside) ? ['consent_jws', 'consent_id'].filter((name) => name in beside) : [];
  if (!isObject(beside) || proofs.length === 0) return inside;
  const proof = (name: string): unknown =>
    inside !== undefined && name in inside && inside[name] !== beside[name] ? null : beside[name];
  return { ...inside, ...Object.fromEntries(proofs.map((name) => [name, proof(name)])) };
}

/** Answer → SearchResponse (protocol 3.4). With `OBJECT`, one item per record, each under its reference id. */
export function writeSearchResponse(
  answer: SearchAnswer,
  definition: RegistryDefinition,
  recordsAs: RecordsForm = 'ARRAY',
): JsonObject {
  return {
    transaction_id: answer.transactionId,
    correlation_id: answer.correlationId,
    search_response: answer.items.flatMap((item) => writeItem(item, definition, recordsAs)),
  };
}

function writeItem(item: SearchItemAnswer, definition: RegistryDefinition, recordsAs: RecordsForm): JsonObject[] {
  const head: JsonObject = {
    reference_id: item.referenceId,
    timestamp: item.timestamp,
    status: WIRE_STATUS[item.status],
  };
  const locale: JsonObject = item.locale === undefined ? {} : { locale: item.locale };
  if (item.status === 'REJECTED')
    return [
      {
        ...head,
        status_reason_code: item.reasonCode ?? 'rjct.search_criteria.invalid',
        status_reason_message: cutText(item.reasonMessage ?? 'rejected', 999),
        ...locale,
      },
    ];
  const data = (records: unknown): JsonObject => ({
    ...head,
    data: {
      version: '1.0.0',
      reg_type: definition.regType,
      reg_record_type: `${definition.recordTypePrefix}${item.recordType ?? ''}`,
      reg_records: records as Json,
    },
    pagination: writePagination(item),
    ...locale,
  });
  if (recordsAs === 'ARRAY') return [data(item.records)];
  return item.records.length === 0
    ? [{ ...head, pagination: writePagination(item), ...locale }]
    : item.records.map(data);
}

function writePagination({ page }: SearchItemAnswer): JsonObject {
  return {
    page_size: page?.size ?? DEFAULT_PAGE_SIZE,
    page_number: page?.number ?? 1,
    total_count: page?.totalCount ?? 0,
    ...writeExactness(page),
    ...(page?.nextCursor === undefined ? {} : { next_cursor: page.nextCursor }),
  };
}

/** Told only of a total that is not exact (protocol 2.5). */
export const writeExactness = (page: SearchPage | undefined): JsonObject =>
  page?.totalCountExact === false ? { total_count_exact: false } : {};
