/** SearchRequest and SearchResponse (protocol 3.1, 3.4). */
import { z } from 'zod';
import {
  authorization,
  dateTime,
  locale,
  paginationRequest,
  sort,
  transactionId,
} from '../envelope/envelope.schema.js';

export const searchCriteria = z.looseObject({
  version: z.string().max(99).optional(),
  reg_type: z.string().max(255).optional(),
  /** Beside the specification's schema, as its text has it. */
  reg_event_type: z.string().max(255).optional(),
  reg_record_type: z.string().max(255).optional(),
  response_entity: z.string().max(255).optional(),
  query_type: z.enum(['idtype-value', 'expression', 'predicate', 'graphql']),
  query: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]),
  sort: sort.optional(),
  pagination: paginationRequest.optional(),
  consent: authorization.optional(),
  authorize: authorization.optional(),
});

export const searchRequestItem = z.looseObject({
  reference_id: z.string(),
  timestamp: dateTime,
  locale: locale.optional(),
  search_criteria: searchCriteria,
  /** Some partners put it here; `search_criteria.pagination` wins where both are. */
  pagination: paginationRequest.optional(),
});

export const searchRequest = z.looseObject({
  transaction_id: transactionId,
  search_request: z.array(searchRequestItem),
});
export type SearchRequest = z.infer<typeof searchRequest>;
