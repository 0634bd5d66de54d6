/** Query type `idtype-value` (protocol 3.2): `{ "type": "UIN", "value": "…" }`. */
import type { Criteria } from './criteria.js';
import { findIdentifierType, identifierTypesOf } from '../registries/registries.js';
import { compareIdentifier } from './comparison.js';
import type { QueryContext } from './query-context.js';
import { isObject } from '../../platform/plain-object.js';
import { criteriaInvalid, filterInvalid, listed, quoteName } from './query-rejection.js';

export function parseIdentifier(context: QueryContext, query: unknown): Criteria {
  if (!isObject(query) || typeof query.type !== 'string' || !isValue(query.value))
    throw criteriaInvalid('an idtype-value query has the form {"type": "UIN", "value": "…"}');
  const type = findIdentifierType(context.names.definition, query.type);
  if (type) return compareIdentifier(context.names, type, 'eq', query.value);
  throw filterInvalid(
    `identifier type ${quoteName(query.type)} is unknown; use one of ${listed(identifierTypesOf(context.names.definition))}`,
  );
}

const isValue = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';
