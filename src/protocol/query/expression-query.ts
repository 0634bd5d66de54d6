/**
 * Query type `expression` as an object (protocol 3.2): operators in the style of MongoDB, with or without `$`, inside
 * the specification's wrapping (`value.expression.query`) or bare. Several keys of one object must all hold.
 */
import { assertNothingBeside } from './beside.js';
import type { Criteria } from './criteria.js';
import { comparison } from './comparison.js';
import { insideEntry } from './one-entry.js';
import { findOperator, unknownOperator } from './operators.js';
import type { QueryContext } from './query-context.js';
import { isObject } from '../../platform/plain-object.js';
import { criteriaInvalid, filterInvalid } from './query-rejection.js';

export function parseExpression(context: QueryContext, query: unknown): Criteria {
  return readObject(context, unwrapExpression(query), '', 1);
}

/** The `collection` that an expression names, for example `Group`; a hint at the record type where the envelope has none. */
export function collectionOf(query: unknown): string | undefined {
  const expression = step(step(query, 'value'), 'expression');
  return isObject(expression) && typeof expression.collection === 'string' ? expression.collection : undefined;
}

const unwrapExpression = (query: unknown): unknown =>
  ['value', 'expression', 'query'].reduce((node, key) => {
    if (isObject(node) && key in node) assertNothingBeside(node, key);
    return step(node, key);
  }, query);

const step = (node: unknown, key: string): unknown => (isObject(node) && key in node ? node[key] : node);

/** @param path what the keys are compared with or continue: empty at the top, else a path of an attribute */
function readObject(context: QueryContext, node: unknown, path: string, depth: number): Criteria {
  context.checkDepth(depth);
  const entries = isObject(node) ? Object.entries(node) : [];
  if (entries.length === 0)
    throw criteriaInvalid('an expression is an object such as {"sex": {"$eq": "female"}} with at least one comparison');
  const all = entries.map(([key, value]) => readEntry(context, key, value, path, depth));
  if (all.length === 1) return all[0]!;
  return entries.every(([key]) => findOperator(key)) ? { and: all } : insideEntry(context.names, path, all);
}

function readEntry(context: QueryContext, key: string, value: unknown, path: string, depth: number): Criteria {
  switch (key) {
    case '$and':
    case 'and':
      return { and: readList(context, key, value, path, depth) };
    case '$or':
    case 'or':
      return { or: readList(context, key, value, path, depth) };
    case '$not':
    case 'not':
      return { not: readObject(context, value, path, depth + 1) };
  }
  if (key.startsWith('$') && (!findOperator(key) || path === '')) throw misplaced(key);
  if (path !== '' && findOperator(key)) return comparison(context, path, key, value);
  const longer = path === '' ? key : `${path}.${key}`;
  return isObject(value) ? readObject(context, value, longer, depth + 1) : comparison(context, longer, 'eq', value);
}

function readList(context: QueryContext, key: string, value: unknown, path: string, depth: number): Criteria[] {
  if (!Array.isArray(value)) throw criteriaInvalid(`"${key}" takes a list of at least one expression`);
  // A list of none would be everybody, and a search has to say whom it is about.
  if (value.length === 0) throw filterInvalid(`"${key}" takes a list of at least one expression`);
  return value.map((item) => readObject(context, item, path, depth + 1));
}

const misplaced = (key: string) =>
  findOperator(key) ? filterInvalid(`operator "${key}" stands under the name of an attribute`) : unknownOperator(key);
