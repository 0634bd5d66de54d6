/** Short form ↔ domain. */
import { RequestInvalid } from '../errors.js';
import type { Json, JsonObject } from '../envelope/json.js';
import { findAttribute } from '../registries/attributes.js';
import type { RegistryDefinition } from '../registries/definition.js';
import { IDENTIFIER_VALUE, readIdentifierValue } from '../registries/records/identifier-value.js';
import { findIdentifierType } from '../registries/registries.js';
import type { ShortSearch, ShortVerify } from './short-form.schema.js';
import { namedEvents } from '../search/named-events.js';
import { writeExactness, type SearchAnswer, type SearchQuestion } from '../search/search.translate.js';
import { DEFAULT_PAGE_SIZE, type Page } from '../query/criteria.js';
import { WIRE_STATUS, type QueryType } from '../vocabulary.js';

interface Identifier {
  type: string;
  value: string;
}

/** Every key is an identifier type or an attribute; all must hold. */
export function readShortSearch(message: ShortSearch, definition: RegistryDefinition): SearchQuestion {
  const { search_criteria: criteria } = message;
  return {
    registry: definition.registry,
    transactionId: message.transaction_id,
    items: [
      {
        referenceId: message.transaction_id,
        ...readShortCriteria(criteria, definition),
        eventType: namedEvents(message),
        page: readShortPage(message),
      },
    ],
  };
}

export const readShortPage = ({
  page_size: size = DEFAULT_PAGE_SIZE,
  page_number: number = 1,
}: Pick<ShortSearch, 'page_size' | 'page_number'>): Page => ({ size, number });

/** `search_criteria`, and `filter` of the same shape, as a query. */
export function readShortCriteria(
  criteria: Record<string, unknown>,
  definition: RegistryDefinition,
): { queryType: QueryType; query: unknown } {
  const entries = Object.entries(criteria);
  const [only] = entries;
  // Another value is refused as a comparison is, by the name that was sent: nobody wrote an idtype-value query.
  const isScalar = ['string', 'number'].includes(typeof only?.[1]);
  if (entries.length === 1 && only !== undefined && isScalar && isIdentifierType(definition, only[0]))
    return { queryType: 'IDTYPE_VALUE', query: { type: only[0], value: only[1] } };
  return {
    queryType: 'EXPRESSION',
    query: Object.fromEntries(entries.map(([key, value]) => [key, { $eq: value }])),
  };
}

export function writeShortSearch(answer: SearchAnswer): JsonObject {
  const [item] = answer.items;
  return {
    transaction_id: answer.transactionId,
    correlation_id: answer.correlationId,
    status: WIRE_STATUS[answer.status],
    total_count: item?.page?.totalCount ?? 0,
    ...writeExactness(item?.page),
    records: (item?.records ?? []) as Json,
  };
}

export interface VerifyQuestion {
  registry: string;
  transactionId: string;
  identifiers: Identifier[];
  claims: Record<string, unknown>;
}

/** Identifier types name the person, every other key is a claim. @throws RequestInvalid */
export function readShortVerify(message: ShortVerify, definition: RegistryDefinition): VerifyQuestion {
  const identifiers: Identifier[] = [];
  const claims: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(message.verify)) {
    if (isIdentifierType(definition, key)) identifiers.push({ type: key, value: identifierOf(key, value) });
    else claims[key] = value;
  }
  return { registry: definition.registry, transactionId: message.transaction_id, identifiers, claims };
}

function identifierOf(key: string, given: unknown): string {
  const value = readIdentifierValue(given);
  if (value === undefined) throw new RequestInvalid(`verify.${key}: takes ${IDENTIFIER_VALUE}`);
  return value;
}

/** A name that is also an attribute of the default record type, such as `email`, is a claim. */
function isIdentifierType(definition: RegistryDefinition, key: string): boolean {
  if (findIdentifierType(definition, key) === undefined) return false;
  const [recordType] = definition.recordTypes;
  return recordType === undefined || findAttribute(definition, recordType, key) === undefined;
}
