/** Criteria over one record in memory: what a subscription matches, with the meaning that criteria.ts gives and SQL has. */
import type { Criteria, Operator, Scalar } from './criteria.js';
import type { Attribute, ScalarType } from '../registries/definition.js';
import { isObject } from './query-rejection.js';

export interface EvaluatedRecord {
  /** The whole record in the dictionary's JSON form. */
  data: Record<string, unknown>;
  identifiers: { type: string; value: string }[];
}

/**
 * @param attributes of the record's type, by path: a type decides how values compare
 * @throws Error for an attribute that the record type does not have; a parsed query has none
 */
export function matches(
  criteria: Criteria,
  record: EvaluatedRecord,
  attributes: ReadonlyMap<string, Attribute>,
): boolean {
  if ('and' in criteria) return criteria.and.every((part) => matches(part, record, attributes));
  if ('or' in criteria) return criteria.or.some((part) => matches(part, record, attributes));
  if ('not' in criteria) return !matches(criteria.not, record, attributes);
  if ('identifier' in criteria)
    return record.identifiers.some(
      ({ type, value }) => type === criteria.identifier.type && value === criteria.identifier.value,
    );
  const attribute = attributes.get(criteria.attribute);
  if (!attribute) throw new Error(`no attribute ${criteria.attribute} in this record type`);
  return compares(valuesAt([record.data], attribute.path.split('.')), attribute.type, criteria);
}

/** Whether a record holds any value at a path. */
export const isRecorded = (path: string, data: Record<string, unknown>): boolean =>
  valuesAt([data], path.split('.')).some((value) => value !== null && value !== undefined);

function compares(stored: unknown[], type: ScalarType, { operator, value }: Comparison): boolean {
  const values = Array.isArray(value) ? value : [value];
  const any = (test: Test) => stored.some((one) => values.some((other) => test(one, other, type)));
  if (operator === 'ne' || operator === 'nin') return !any(TESTS.eq);
  return any(operator === 'in' ? TESTS.eq : TESTS[operator]);
}

type Comparison = { operator: Operator; value: Scalar | Scalar[] };
type Test = (stored: unknown, value: Scalar, type: ScalarType) => boolean;

const TESTS: Record<'eq' | 'gt' | 'gte' | 'lt' | 'lte', Test> = {
  eq: (...sides) => order(...sides) === 0,
  gt: (...sides) => order(...sides) === 1,
  gte: (...sides) => [0, 1].includes(order(...sides) ?? Number.NaN),
  lt: (...sides) => order(...sides) === -1,
  lte: (...sides) => [0, -1].includes(order(...sides) ?? Number.NaN),
};

/** Undefined where the stored value is of another type: then every comparison is false. */
function order(stored: unknown, value: Scalar, type: ScalarType): number | undefined {
  if (typeof stored !== typeof value) return undefined;
  if (typeof stored !== 'string' || typeof value !== 'string') return Math.sign(Number(stored) - Number(value));
  if (type !== 'date') return compareCodePoints(stored, value);
  return /^\d{4}-\d{2}-\d{2}/.test(stored) ? compareCodePoints(stored.slice(0, 10), value) : undefined;
}

/** PostgreSQL's order of text, which is not UTF-16's. */
const compareCodePoints = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Everything under a path, through lists on the way. */
export function valuesAt(nodes: unknown[], [key, ...rest]: string[]): unknown[] {
  const flat = nodes.flatMap((node): unknown[] => (Array.isArray(node) ? node : [node]));
  if (key === undefined) return flat;
  const next = flat.flatMap((node) => (isObject(node) && Object.hasOwn(node, key) ? [node[key]] : []));
  return valuesAt(next, rest);
}
