/** Query type `idtype-value` (protocol 3.2): `{ "type": "UIN", "value": "…" }`, or what older clients wrap in its name. */
import { assertNothingBeside } from './beside.js';
import type { Criteria } from './criteria.js';
import { findIdentifierType, identifierTypesOf } from '../registries/registries.js';
import { compareIdentifier } from './comparison.js';
import type { QueryContext } from './query-context.js';
import { isObject } from '../../platform/plain-object.js';
import { criteriaInvalid, filterInvalid, listed, quoteName } from './query-rejection.js';

export function parseIdentifier(context: QueryContext, sent: unknown): Criteria {
  const query = unwrapped(sent);
  if (!isObject(query) || typeof query.type !== 'string' || !isValue(query.value))
    throw criteriaInvalid('an idtype-value query has the form {"type": "UIN", "value": "…"}');
  assertNothingBeside(query, 'type', 'value');
  const type = findIdentifierType(context.names.definition, query.type);
  if (type) return compareIdentifier(context.names, type, 'eq', query.value);
  throw filterInvalid(
    `identifier type ${quoteName(query.type)} is unknown; use one of ${listed(identifierTypesOf(context.names.definition))}`,
  );
}

/** `{ "type": "idtype-value", "value": { "id_type": "UIN", "id_value": "…" } }`, with the identifier in any spelling of it. */
function unwrapped(query: unknown): unknown {
  assertNothingBeside(query, 'type', 'value');
  const inner = isObject(query) ? query.value : undefined;
  if (!isObject(inner)) return query;
  const named = new Map<string, unknown>();
  for (const [spelling, value] of Object.entries(inner)) {
    const name = spelling.replace(/^(id|identifier)_/, '');
    if (named.has(name) && named.get(name) !== value) throw criteriaInvalid(`the query has two of "${name}": send one`);
    named.set(name, value);
  }
  return Object.fromEntries(named);
}

/** Whether an object that a query wraps is an identifier. */
export const isWrappedIdentifier = (value: Record<string, unknown>): boolean =>
  Object.keys(value).some((name) => /^(id|identifier)_(type|value)$/.test(name));

const isValue = (value: unknown): boolean => typeof value === 'string' || typeof value === 'number';
