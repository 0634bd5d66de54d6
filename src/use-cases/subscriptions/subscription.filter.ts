/** The filter of a subscription: what it asks of a record, and what it selects of it. */
import { createHash } from 'node:crypto';
import type { Criteria } from '../../protocol/query/criteria.js';
import { ItemRejected } from '../../protocol/errors.js';
import { canonicalCriteria } from '../../protocol/query/criteria-walk.js';
import { readQuery } from '../../protocol/query/read-query.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { findRecordType } from '../../protocol/registries/registries.js';
import type { QueryType } from '../../protocol/vocabulary.js';

export interface FilterText {
  recordType?: string | null | undefined;
  queryType?: QueryType | null | undefined;
  /** Empty, absent or `*`: every record of the type. */
  filter?: unknown;
}

export interface SubscriptionFilter {
  recordType: RecordTypeDefinition;
  criteria?: Criteria;
  /** Canonical paths that a `graphql` filter selects. */
  projection?: string[];
}

/** Ages are counted on this day where two filters are compared: no date that a partner writes is near. */
const ANY_DAY = '1000-01-01';

/**
 * @param today the calendar day on which ages are counted, `YYYY-MM-DD`
 * @throws ItemRejected `rjct.notify_details.invalid`
 */
export function readFilter(definition: RegistryDefinition, text: FilterText, today: string): SubscriptionFilter {
  const recordType = findRecordType(definition, text.recordType);
  if (recordType === undefined)
    throw detailsInvalid(`notify_record_type: use one of ${definition.recordTypes.map(({ name }) => name).join(', ')}`);
  if (isEmpty(text.filter)) return { recordType };
  const asked = { queryType: text.queryType ?? undefined, query: text.filter, recordType: recordType.name };
  const { projection, ...read } = asDetails(() => readQuery(asked, definition, { today }));
  if (read.recordType !== recordType)
    throw detailsInvalid(`filter: asks for ${read.recordType.name}, but notify_record_type is ${recordType.name}`);
  return { recordType, criteria: read.criteria, ...(projection === undefined ? {} : { projection }) };
}

/** One text for subscriptions that ask for the same (protocol 3.5: duplicate). */
export function dedupeKey(
  senderId: string,
  definition: RegistryDefinition,
  eventType: string,
  text: FilterText,
  target: string,
): string {
  const { recordType, criteria, projection } = readFilter(definition, text, ANY_DAY);
  const filter = [criteria === undefined ? null : canonicalCriteria(criteria), projection?.toSorted() ?? null];
  const parts = [senderId, definition.registry, eventType, recordType.name, filter, target];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

/** A refused query is no subscribe code of its own (protocol 3.5). */
export function asDetails<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw error instanceof ItemRejected ? detailsInvalid(`filter: ${error.message}`) : error;
  }
}

export const detailsInvalid = (text: string): ItemRejected => new ItemRejected('rjct.notify_details.invalid', text);

/** No identifier type is named `*`, which clients send for everybody that the agreement allows. */
const isEmpty = (filter: unknown): boolean =>
  filter == null || (typeof filter === 'object' && (Object.keys(filter).length === 0 || isStar(filter)));

const isStar = ({ type, value, ...beside }: { type?: unknown; value?: unknown }): boolean =>
  type === '*' && value === '*' && Object.keys(beside).length === 0;
