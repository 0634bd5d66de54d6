/**
 * Query type `predicate`, and `expression` in its array form (protocol 3.2): items in the order of `seq_num`, each with
 * expressions joined by its `condition`.
 */
import { assertNothingBeside } from './beside.js';
import type { Criteria } from './criteria.js';
import { comparison } from './comparison.js';
import type { QueryContext } from './query-context.js';
import { isObject } from '../../platform/plain-object.js';
import { criteriaInvalid } from './query-rejection.js';

type Condition = 'and' | 'or' | 'not';

/** An item whose only expression has a `condition` says with it how it joins the next item. */
interface Item {
  criteria: Criteria;
  joins?: 'and' | 'or';
}

/** @param query a list of items, or one item, or one expression alone */
export function parsePredicate(context: QueryContext, query: unknown): Criteria {
  const list = Array.isArray(query) ? query : [query];
  if (list.length === 0) throw criteriaInvalid('a predicate is a list of at least one item');
  const items = inSequence(list).map((item) => readItem(context, item));
  return items
    .map(({ criteria }) => criteria)
    .reduce((before, next, index) => join(joint(items, index), [before, next]));
}

/** Between an item and the one before it: what that one said, else what a last item says of itself, else AND. */
function joint(items: Item[], index: number): 'and' | 'or' {
  const own = index === items.length - 1 ? items[index]?.joins : undefined;
  return items[index - 1]?.joins ?? own ?? 'and';
}

/** Items without a number keep the order they came in: published samples send `""`. */
function inSequence(list: unknown[]): unknown[] {
  const numbers = list.map((item) => (isObject(item) && item.seq_num !== '' ? Number(item.seq_num) : Number.NaN));
  if (numbers.some((number) => Number.isNaN(number))) return list;
  return list
    .map((_, index) => index)
    .sort((a, b) => numbers[a]! - numbers[b]!)
    .map((index) => list[index]);
}

function readItem(context: QueryContext, item: unknown): Item {
  if (!isObject(item)) throw malformed();
  const { seq_num: _, condition: joined, ...rest } = item;
  const alone = 'attribute_name' in item;
  const expressions = (alone ? [rest] : expressionsOf(rest)).map((expression) => readOne(context, expression));
  const condition = readCondition(joined);
  if (expressions.length === 1)
    return condition === 'not'
      ? { criteria: { not: expressions[0]! } }
      : { criteria: expressions[0]!, joins: condition };
  return { criteria: join(condition ?? 'and', expressions) };
}

/** `expression1`, `expression2` and on, as samples have them; unused ones are often sent as `""`. */
function expressionsOf(item: Record<string, unknown>): unknown[] {
  const numbered = Object.entries(item)
    .filter(([key, value]) => isNumbered(key) && value !== '' && value !== null)
    .sort(([a], [b]) => Number(a.slice(10)) - Number(b.slice(10)));
  if (numbered[0]?.[0] !== 'expression1') throw malformed();
  assertNothingBeside(item, 'seq_num', 'condition', ...Object.keys(item).filter(isNumbered));
  return numbered.map(([, value]) => value);
}

const isNumbered = (name: string): boolean => /^expression\d{1,2}$/.test(name);

function readOne(context: QueryContext, expression: unknown): Criteria {
  if (!isObject(expression) || !('attribute_name' in expression) || !('attribute_value' in expression))
    throw malformed();
  if (expression.operator == null) throw malformed();
  assertNothingBeside(expression, 'attribute_name', 'operator', 'attribute_value');
  return comparison(context, expression.attribute_name, expression.operator, expression.attribute_value);
}

function readCondition(raw: unknown): Condition | undefined {
  if (raw === undefined || raw === null || raw === '') return undefined;
  const condition = typeof raw === 'string' ? raw.toLowerCase() : raw;
  if (condition === 'and' || condition === 'or' || condition === 'not') return condition;
  throw criteriaInvalid('"condition" is one of and, or, not');
}

/** `not` takes the first and none of the others. */
function join(condition: Condition, criteria: Criteria[]): Criteria {
  if (condition === 'or') return { or: criteria };
  if (condition === 'and') return { and: criteria };
  return { and: criteria.map((one, index) => (index === 0 ? one : { not: one })) };
}

const malformed = () =>
  criteriaInvalid(
    'a predicate item has the form {"seq_num": 1, "expression1": {"attribute_name": "…", "operator": "eq", "attribute_value": "…"}}',
  );
