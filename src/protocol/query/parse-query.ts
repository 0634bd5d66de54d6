/** From the wire's `query` to criteria, for the three query types that compare attributes (protocol 3.2 and 3.8). */
import { assertNothingBeside } from './beside.js';
import type { Criteria } from './criteria.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../registries/definition.js';
import type { QueryType } from '../vocabulary.js';
import { parseExpression } from './expression-query.js';
import { isWrappedIdentifier, parseIdentifier } from './identifier-query.js';
import { ofOneEntry } from './one-entry.js';
import { parsePredicate } from './predicate-query.js';
import { namesOf, QueryContext } from './query-context.js';
import { isObject } from '../../platform/plain-object.js';
import { criteriaInvalid } from './query-rejection.js';

export interface QueryOptions {
  /** The calendar day on which ages are counted, `YYYY-MM-DD`; by default today in UTC. */
  today?: string;
  /** `reg_event_type`, in any name of the event. */
  eventType?: string | null | undefined;
}

/**
 * Reads a query of type `idtype-value`, `expression` or `predicate`; `graphql` has a reader of its own (graphql-query.ts).
 *
 * @throws ItemRejected `rjct.search_criteria.invalid` where the query does not have the shape of its type,
 *   `rjct.filter.invalid` where an attribute, operator, identifier type or value is not allowed
 */
export function parseQuery(
  queryType: QueryType,
  sent: unknown,
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition | string,
  { today = new Date().toISOString().slice(0, 10), eventType }: QueryOptions = {},
): Criteria {
  const context = new QueryContext(namesOf(definition, recordType), today, eventType);
  const query = unwrapItems(sent);
  if (query !== sent) assertNothingBeside(sent, 'value');
  return ofOneEntry(parseAs(queryType, query, context), context.names);
}

function parseAs(queryType: QueryType, query: unknown, context: QueryContext): Criteria {
  switch (queryType) {
    case 'IDTYPE_VALUE':
      return parseIdentifier(context, query);
    case 'EXPRESSION':
      if (isItems(query)) return parsePredicate(context, query);
      if (queryTypeOf(query) === 'EXPRESSION') return parseExpression(context, query);
      throw criteriaInvalid('query_type is expression, but the query has the form of another type');
    case 'PREDICATE':
      if (isItems(query)) return parsePredicate(context, query);
      throw criteriaInvalid('a predicate query is a list of items with "expression1"');
    default:
      throw criteriaInvalid('query_type graphql is read as GraphQL text only');
  }
}

/** The type that a query's shape tells, for endpoints whose `query_type` is optional (protocol 3.8). */
export function queryTypeOf(sent: unknown): QueryType {
  const query = unwrapItems(sent);
  if (isItems(query)) return 'PREDICATE';
  if (!isObject(query)) return 'EXPRESSION';
  const { type, value } = query;
  if (isObject(value)) {
    if (isWrappedIdentifier(value)) return 'IDTYPE_VALUE';
    return typeof value.expression === 'string' ? 'GRAPHQL' : 'EXPRESSION';
  }
  return typeof type === 'string' && value !== undefined ? 'IDTYPE_VALUE' : 'EXPRESSION';
}

/** Clients put the list of a predicate under its name: `{ "type": "predicate", "value": [ … ] }`. */
const unwrapItems = (query: unknown): unknown =>
  isObject(query) && Array.isArray(query.value) && typeof query.type === 'string' ? query.value : query;

const isItems = (query: unknown): boolean =>
  Array.isArray(query) || (isObject(query) && ('expression1' in query || 'attribute_name' in query));
