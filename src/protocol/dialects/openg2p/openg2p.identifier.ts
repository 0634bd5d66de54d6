/** Its types of identifiers: a foundational id is the national number, a functional one is the record's own, of whatever type. */
import type { Json, JsonObject } from '../../envelope/json.js';
import { isObject } from '../dialect.js';

const FOUNDATIONAL = new Set(['foundationalid']);
const FUNCTIONAL = new Set(['fid', 'functionalrecordid']);

export function readIdentifier(criteria: JsonObject): JsonObject {
  const { query, query_type: queryType } = criteria;
  if (queryType !== 'idtype-value' || !isObject(query)) return criteria;
  const { value: inner } = query;
  const identifier = isObject(inner) ? inner : query;
  const { type = identifier['id_type'], value = identifier['id_value'] } = identifier;
  // What it does not have is left as it is, and refused by name.
  if (Object.keys(identifier).length !== 2) return criteria;
  const name = typeof type === 'string' ? type.toLowerCase().replaceAll(/[_-]/g, '') : '';
  if (FOUNDATIONAL.has(name)) return { ...criteria, query: { type: 'UIN', value: value ?? null } };
  return FUNCTIONAL.has(name) ? { ...criteria, ...anyIdentifier(value ?? null) } : criteria;
}

const anyIdentifier = (value: Json): JsonObject => ({
  query_type: 'expression',
  query: { type: 'ns:org:QueryType:expression', value: { expression: { query: { identifier: { $eq: value } } } } },
});
