/** Criteria as a condition in the source's own SQL: it may let more through than they mean, never less. */
import { sql, type RawBuilder } from 'kysely';
import type { Comparison, Criteria, Scalar } from '../../protocol/query/criteria.js';
import { firstDay, lastDay } from '../../protocol/registries/date.js';
import type { Attribute } from '../../protocol/registries/definition.js';
import { sourceValues } from './live-capabilities.js';
import type { RecordMapping, SourceFile } from './source-file.schema.js';
import { keyText, type Key } from './source-row.js';
import { among } from './source-row.sql.js';

export interface Conditions {
  file: SourceFile;
  mapping: RecordMapping;
  attributes: ReadonlyMap<string, Attribute>;
  /** Keys of records that identifiers name, looked up before. */
  keys: (identifier: { type: string; value: string }) => Key[];
}

type Condition = RawBuilder<unknown>;

const NOBODY = sql`1 = 0`;

export function conditionOf(criteria: Criteria, of: Conditions): Condition {
  if ('and' in criteria) return every(criteria.and.map((part) => conditionOf(part, of)));
  if ('or' in criteria) {
    const others = criteria.or.filter((part) => !('identifier' in part));
    return any([...named(criteria.or, of), ...others.map((part) => conditionOf(part, of))]);
  }
  if ('not' in criteria) throw new Error('a source is asked for no negation');
  if ('identifier' in criteria) return any(named([criteria], of));
  return comparison(criteria, of);
}

/**
 * The same without what its column cannot hold, which takes nothing else with it: nothing there is equal to that, while
 * what lies beyond it, or a day where years are kept, has to be sifted.
 */
export async function heldOnly(
  criteria: Criteria,
  attributes: Conditions['attributes'],
  isHeld: (leaf: Criteria) => Promise<boolean>,
): Promise<Criteria> {
  const each = (parts: Criteria[]): Promise<Criteria[]> =>
    Promise.all(parts.map((part) => heldOnly(part, attributes, isHeld)));
  if ('and' in criteria) return { and: await each(criteria.and) };
  if ('or' in criteria) return { or: await each(criteria.or) };
  if ('not' in criteria || (await isHeld(criteria))) return criteria;
  if ('identifier' in criteria) return { or: [] };
  const { attribute, operator, value } = criteria;
  if (operator === 'in')
    return { or: await each([value].flat().map((one): Criteria => ({ ...criteria, operator: 'eq', value: one }))) };
  return operator === 'eq' && attributes.get(attribute)?.type !== 'date' ? { or: [] } : { and: [] };
}

/** Whom a list of identifiers names, as one list of keys. */
function named(parts: Criteria[], { keys, mapping }: Conditions): Condition[] {
  const meant = parts.flatMap((part) => ('identifier' in part ? keys(part.identifier) : []));
  const each = [...new Map(meant.map((key) => [keyText(key), key])).values()];
  return each.length === 0 ? [] : [among(mapping.key, each)];
}

const every = (conditions: Condition[]): Condition =>
  conditions.length === 0 ? sql`1 = 1` : sql`(${sql.join(conditions, sql` and `)})`;

function comparison({ attribute, operator, value }: Comparison, of: Conditions): Condition {
  const searched = of.mapping.search[attribute];
  if (typeof searched !== 'object' || !('column' in searched)) return NOBODY;
  const { column } = searched;
  const values = Array.isArray(value) ? value : [value];
  if (of.attributes.get(attribute)?.type === 'date')
    return any(values.map((day) => onDays(column, operator, String(day))));
  const field = of.mapping.fields[attribute];
  if (of.attributes.get(attribute)?.type === 'boolean' && field?.codes === undefined)
    return any(values.map((one) => isTrue(column, one)));
  if (operator === 'eq' || operator === 'in') {
    const codes = field?.column === column ? field : undefined;
    return any(values.map((one) => equals(column, codes && sourceValues(of.file, codes, String(one)), one)));
  }
  const [limit = ''] = values;
  return operator === 'gt' || operator === 'gte'
    ? sql`${sql.ref(column)} >= ${String(limit)}`
    : sql`${sql.ref(column)} <= ${String(limit)}`;
}

const any = (conditions: Condition[]): Condition =>
  conditions.length === 0 ? NOBODY : sql`(${sql.join(conditions, sql` or `)})`;

const TRUE = ['t', 'true', '1', 'yes', '\u0001'];

/** A boolean, a number, a bit or a word: whatever the mapping reads as true, and for false all that it does not. */
function isTrue(column: string, value: Scalar): Condition {
  const isIt = sql`lower(concat(${sql.ref(column)}, '')) in (${sql.join(TRUE.map((one) => sql`${one}`))})`;
  return value === true ? isIt : sql`not (${isIt})`;
}

function equals(column: string, source: ReturnType<typeof sourceValues> | undefined, value: Scalar): Condition {
  const { values, others } = source ?? { values: [String(value)] };
  const listed = (all: string[]): Condition => sql.join(all.map((one) => sql`${one}`));
  const conditions = [
    ...(values.length === 0
      ? []
      : [
          among(
            [column],
            values.map((one) => [one]),
          ),
        ]),
    ...(others === undefined || others.length === 0 ? [] : [sql`${sql.ref(column)} not in (${listed(others)})`]),
  ];
  return any(conditions);
}

/** The first and last day that may be meant, and one more on each side: a time counts by its day in another zone. */
function onDays(column: string, operator: Comparison['operator'], date: string): Condition {
  const from = ['eq', 'in', 'gt', 'gte'].includes(operator) ? dayAway(firstDay(date), -1) : undefined;
  const until = ['eq', 'in', 'lt', 'lte'].includes(operator) ? dayAway(lastDay(date), 2) : undefined;
  const bounds = [
    ...(from === undefined ? [] : [sql`${sql.ref(column)} >= ${from}`]),
    ...(until === undefined ? [] : [sql`${sql.ref(column)} < ${until}`]),
  ];
  return bounds.length === 0 ? sql`${sql.ref(column)} is not null` : sql`(${sql.join(bounds, sql` and `)})`;
}

/** Undefined beyond what databases take for a date: no bound is as good there. */
function dayAway(day: string, days: number): string | undefined {
  const moved = new Date(Date.parse(`${day}T00:00:00Z`) + days * 86_400_000);
  const text = Number.isNaN(moved.getTime()) ? '' : moved.toISOString().slice(0, 10);
  return /^(?!0000)\d{4}-/.test(text) ? text : undefined;
}
