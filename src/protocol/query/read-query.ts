/** A question's query, whatever its type: of which record type, by which criteria, and what of a record is asked for. */
import type { Criteria, Page } from './criteria.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../registries/definition.js';
import { findRecordType } from '../registries/registries.js';
import type { QueryType } from '../vocabulary.js';
import { eventCriteria } from './event-query.js';
import { collectionOf } from './expression-query.js';
import { parseGraphqlQuery } from './graphql-query.js';
import { parseQuery, queryTypeOf, type QueryOptions } from './parse-query.js';
import { criteriaInvalid } from './query-rejection.js';

export interface AskedQuery {
  /** Told by the shape of the query where left out (protocol 3.8). */
  queryType?: QueryType | undefined;
  query: unknown;
  recordType?: string | undefined;
  /** `Group` or `Member`; wins over `recordType`. */
  responseEntity?: string | undefined;
  /** Narrows to records that show this event. */
  eventType?: string | null | undefined;
}

export interface ReadQuery {
  recordType: RecordTypeDefinition;
  criteria: Criteria;
  /** Canonical paths, where the query selects fields (`graphql`); narrows what the agreement lets out. */
  projection?: string[];
  /** Where the query itself pages (`graphql`). */
  page?: Page;
}

/** @throws ItemRejected as `parseQuery` and `parseGraphqlQuery`, and for a record type that the registry does not have */
export function readQuery(asked: AskedQuery, definition: RegistryDefinition, options?: QueryOptions): ReadQuery {
  const read = readCriteria(asked, definition, { ...options, eventType: asked.eventType });
  const event = eventCriteria(asked.eventType, definition, read.recordType);
  return event === undefined ? read : { ...read, criteria: { and: [read.criteria, event] } };
}

function readCriteria(asked: AskedQuery, definition: RegistryDefinition, options?: QueryOptions): ReadQuery {
  const queryType = asked.queryType ?? queryTypeOf(asked.query);
  if (queryType === 'GRAPHQL') return parseGraphqlQuery(asked.query, definition, options);
  const recordType = recordTypeOf(asked, definition);
  return { recordType, criteria: parseQuery(queryType, asked.query, definition, recordType, options) };
}

function recordTypeOf(asked: AskedQuery, definition: RegistryDefinition): RecordTypeDefinition {
  const named = asked.responseEntity ?? asked.recordType;
  const hint = named === undefined ? collectionOf(asked.query) : undefined;
  const recordType =
    (hint === undefined ? undefined : findRecordType(definition, hint)) ?? findRecordType(definition, named);
  if (recordType !== undefined) return recordType;
  const known = definition.recordTypes.map(({ name }) => name).join(', ');
  const field = asked.responseEntity === undefined ? 'reg_record_type' : 'response_entity';
  throw criteriaInvalid(`${field}: not a record type of ${definition.registry}; use one of ${known}`);
}
