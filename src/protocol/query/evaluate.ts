/** Criteria over one record in memory: what a subscription matches, with the meaning that criteria.ts gives and SQL has. */
import type { Comparison, Criteria, OneEntry, OrderOperator, Scalar, TextOperator } from './criteria.js';
import { afterDate, firstDay, lastDay, storedDate } from '../registries/date.js';
import type { Attribute } from '../registries/definition.js';
import { isObject } from '../../platform/plain-object.js';

export interface EvaluatedRecord {
  /** The whole record in the dictionary's JSON form. */
  data: Record<string, unknown>;
  identifiers: { type: string; value: string }[];
}

/** Whether criteria hold, whatever a partial date means; or may hold, of some day that it may mean. */
export type Certainty = 'CERTAIN' | 'POSSIBLE';

/**
 * @param attributes of the record's type, by path: a type decides how values compare
 * @throws Error for an attribute that the record type does not have; a parsed query has none
 */
export function matches(
  criteria: Criteria,
  record: EvaluatedRecord,
  attributes: ReadonlyMap<string, Attribute>,
  certainty: Certainty = 'CERTAIN',
): boolean {
  if ('and' in criteria)
    return criteria.ofOne === undefined
      ? criteria.and.every((part) => matches(part, record, attributes, certainty))
      : oneEntryMeets(criteria, record, attributes, certainty);
  if ('or' in criteria) return criteria.or.some((part) => matches(part, record, attributes, certainty));
  if ('not' in criteria) return !matches(criteria.not, record, attributes);
  if ('identifier' in criteria)
    return record.identifiers.some(
      ({ type, value }) => type === criteria.identifier.type && value === criteria.identifier.value,
    );
  if (criteria.operator === 'ne') return !matches({ ...criteria, operator: 'eq' }, record, attributes);
  if (criteria.operator === 'nin') return !matches({ ...criteria, operator: 'in' }, record, attributes);
  const values = valuesAt([record.data], segmentsOf(criteria.attribute));
  return compares(values, criteria, attributes, certainty);
}

function oneEntryMeets(
  { and, ofOne }: OneEntry,
  { data }: EvaluatedRecord,
  attributes: ReadonlyMap<string, Attribute>,
  certainty: Certainty,
): boolean {
  const above = segmentsOf(ofOne);
  const below = ({ attribute }: Comparison): string[] => segmentsOf(attribute).slice(above.length);
  return valuesAt([data], above).some((entry) =>
    and.every((part) => compares(valuesAt([entry], below(part)), part, attributes, certainty)),
  );
}

/** Whether a record holds any value at a path. */
export const isRecorded = (path: string, data: Record<string, unknown>): boolean =>
  valuesAt([data], segmentsOf(path)).some((value) => value !== null && value !== undefined);

/** Paths of the dictionaries, each read once. */
const segments = new Map<string, string[]>();

function segmentsOf(path: string): string[] {
  const known = segments.get(path);
  if (known !== undefined) return known;
  const read = path.split('.');
  segments.set(path, read);
  return read;
}

/** Any of the stored values with any of those asked for; a negation is none. */
function compares(
  stored: unknown[],
  { attribute, operator: asked, value }: Comparison,
  attributes: ReadonlyMap<string, Attribute>,
  certainty: Certainty,
): boolean {
  const type = attributes.get(attribute)?.type;
  if (type === undefined) throw new Error(`no attribute ${attribute} in this record type`);
  const tests: Tests = type === 'date' ? DATE_TESTS[certainty] : TESTS;
  const operator = asked === 'in' ? 'eq' : (asked as keyof Tests);
  const values = Array.isArray(value) ? value : [value];
  if (operator === 'eq' && values.length > FEW && certainty === 'CERTAIN') {
    const among = setOf(values);
    const equals = type === 'date' ? beginningsOf : (one: unknown) => [one];
    return stored.some((one) => equals(one).some((equal) => among.has(equal)));
  }
  return stored.some((one) => values.some((other) => tests[operator]?.(one, other) ?? false));
}

/** A longer list is looked up in: one that names a thousand is compared with every event. */
const FEW = 8;
const sets = new WeakMap<readonly Scalar[], ReadonlySet<unknown>>();

function setOf(values: readonly Scalar[]): ReadonlySet<unknown> {
  const known = sets.get(values);
  if (known !== undefined) return known;
  const made = new Set<unknown>(values);
  sets.set(values, made);
  return made;
}

/** A day is equal to its month and its year too. */
function beginningsOf(value: unknown): string[] {
  const stored = storedDate(value) ?? '';
  return Array.from(stored, (_, index) => stored.slice(0, index + 1));
}

type Test = (stored: unknown, value: Scalar) => boolean;
type Tests = Record<OrderOperator, Test> & Partial<Record<TextOperator, Test>>;

const onTexts =
  (test: (stored: string, asked: string) => boolean): Test =>
  (stored, asked) =>
    typeof stored === 'string' && typeof asked === 'string' && test(stored, asked);

const TESTS: Tests = {
  eq: (stored, asked) => stored === asked,
  gt: (...sides) => order(...sides) === 1,
  gte: (...sides) => [0, 1].includes(order(...sides) ?? Number.NaN),
  lt: (...sides) => order(...sides) === -1,
  lte: (...sides) => [0, -1].includes(order(...sides) ?? Number.NaN),
  contains: onTexts((stored, asked) => stored.includes(asked)),
  startsWith: onTexts((stored, asked) => stored.startsWith(asked)),
  endsWith: onTexts((stored, asked) => stored.endsWith(asked)),
};

/** Undefined where the stored value is of another type: then every comparison is false. */
function order(stored: unknown, value: Scalar): number | undefined {
  if (typeof stored !== typeof value) return undefined;
  if (typeof stored !== 'string' || typeof value !== 'string') return Math.sign(Number(stored) - Number(value));
  return compareCodePoints(stored, value);
}

const onDates =
  (test: (stored: string, asked: string) => boolean): Test =>
  (value, asked) => {
    const stored = storedDate(value);
    return stored !== undefined && typeof asked === 'string' && test(stored, asked);
  };

const DATE_TESTS: Record<Certainty, Tests> = {
  CERTAIN: {
    eq: onDates((stored, asked) => stored.startsWith(asked)),
    gt: onDates((stored, asked) => firstDay(stored) >= afterDate(asked)),
    gte: onDates((stored, asked) => firstDay(stored) >= firstDay(asked)),
    lt: onDates((stored, asked) => lastDay(stored) < firstDay(asked)),
    lte: onDates((stored, asked) => lastDay(stored) < afterDate(asked)),
  },
  POSSIBLE: {
    eq: onDates((stored, asked) => stored.startsWith(asked) || asked.startsWith(stored)),
    gt: onDates((stored, asked) => lastDay(stored) >= afterDate(asked)),
    gte: onDates((stored, asked) => lastDay(stored) >= firstDay(asked)),
    lt: onDates((stored, asked) => firstDay(stored) < firstDay(asked)),
    lte: onDates((stored, asked) => firstDay(stored) < afterDate(asked)),
  },
};

/** PostgreSQL's order of text, which is not UTF-16's. */
const compareCodePoints = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Everything under a path, through lists on the way. */
export function valuesAt(nodes: unknown[], path: string[]): unknown[] {
  return (nodes.length === 1 ? valueAt(nodes[0], path) : undefined) ?? valuesBelow(nodes, path);
}

/** Where no list stands on the way, which is most often so; else undefined. */
function valueAt(node: unknown, path: string[]): unknown[] | undefined {
  let value = node;
  for (const key of path) {
    if (Array.isArray(value)) return undefined;
    if (!isObject(value) || !Object.hasOwn(value, key)) return [];
    value = value[key];
  }
  return Array.isArray(value) ? undefined : [value];
}

function valuesBelow(nodes: unknown[], path: string[]): unknown[] {
  let found = nodes.flat();
  for (const key of path) {
    const next: unknown[] = [];
    for (const node of found) {
      if (!isObject(node) || !Object.hasOwn(node, key)) continue;
      const value = node[key];
      // One by one: a call takes no list of any length as its arguments.
      if (Array.isArray(value)) for (const one of value as unknown[]) next.push(one);
      else next.push(value);
    }
    found = next;
  }
  return found;
}
