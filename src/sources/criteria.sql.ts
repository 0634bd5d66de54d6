/**
 * Criteria as a condition on `registry_record r`, or on its searched columns `s` where they hold all of a part, with the
 * meaning of criteria.ts. NULL means false, and NOT turns both around; every value and every path is a parameter.
 */
import type {
  Comparison,
  Criteria,
  OneEntry,
  OrderOperator,
  Scalar,
  TextOperator,
} from '../protocol/query/criteria.js';
import type { RegistryDefinition, ScalarType } from '../protocol/registries/definition.js';
import { attributesOf } from '../protocol/registries/attributes.js';
import { columnSql } from './column.sql.js';
import { dateTest } from './dates.sql.js';
import { anyDaySql, daysOf, spans, withPartial } from './days.sql.js';
import type { Parameters } from './parameters.js';
import { containing, jsonPath, segmentsOf } from './record-path.js';
import type { RecordTables } from './record-tables.js';

/** What is searched, and where its values are collected. */
export interface Scope {
  definition: RegistryDefinition;
  recordType: string;
  parameters: Parameters;
  tables: RecordTables;
}

/** @throws Error for an attribute that the record type does not have; a parsed query has none */
export function criteriaSql(criteria: Criteria, scope: Scope): string {
  if ('and' in criteria)
    return criteria.ofOne === undefined ? allOf(criteria.and, scope) : oneEntrySql(criteria, scope);
  if ('or' in criteria) return anyOf(criteria.or, scope);
  if ('not' in criteria) return `(${criteriaSql(criteria.not, scope)}) IS NOT TRUE`;
  if ('identifier' in criteria) return identifiersSql([criteria.identifier], scope);
  return comparisonSql(criteria, scope);
}

/** A range of days, such as an age, is looked up day by day before it is tested: no index has ranges inside records. */
function allOf(parts: Criteria[], scope: Scope): string {
  const inDocuments = parts.filter((part) => 'attribute' in part && scope.tables.columnOf(part) === undefined);
  const days = spans(inDocuments, attributesOf(scope.definition, scope.recordType));
  const coarse = days.map((one) => anyDaySql(withPartial(one), scope));
  return `(${[...coarse, joined(parts, ' AND ', 'true', scope)].join(' AND ')})`;
}

function joined(parts: Criteria[], operator: string, empty: string, scope: Scope): string {
  return parts.length === 0 ? empty : `(${parts.map((part) => criteriaSql(part, scope)).join(operator)})`;
}

/**
 * Alternative identifiers, of which an `in` has up to a thousand, are one probe of the index. Alternatives of two tables
 * would be served by the indexes of neither.
 */
function anyOf(parts: Criteria[], inScope: Scope): string {
  const scope = { ...inScope, tables: inScope.tables.forAll(parts) };
  const identifiers = parts.flatMap((part) => ('identifier' in part ? [part.identifier] : []));
  if (identifiers.length < 2) return joined(parts, ' OR ', 'false', scope);
  const others = parts.filter((part) => !('identifier' in part));
  return `(${[identifiersSql(identifiers, scope), ...others.map((part) => criteriaSql(part, scope))].join(' OR ')})`;
}

// An array, since `id = ANY` is served by the primary key and, below OR, joins other indexes; IN would scan the table there.
function identifiersSql(
  identifiers: { type: string; value: string }[],
  { definition, parameters, tables }: Scope,
): string {
  const types = parameters.add(identifiers.map(({ type }) => type));
  const values = parameters.add(identifiers.map(({ value }) => value));
  return `${tables.id()} = ANY (ARRAY(SELECT i.record_id FROM record_identifier i
    JOIN unnest(${types}::text[], ${values}::text[]) AS wanted (type, value)
      ON i.type = wanted.type AND i.value = wanted.value
    WHERE i.registry = ${parameters.add(definition.registry)}))`;
}

function comparisonSql(comparison: Comparison, scope: Scope): string {
  const { attribute, operator, value } = comparison;
  const values = Array.isArray(value) ? value : [value];
  const column = scope.tables.columnOf(comparison);
  if (column !== undefined) return columnSql(column, typeOf(attribute, scope), operator, values, scope.parameters);
  if (operator === 'ne' || operator === 'nin') return `NOT ${equalsSql(attribute, values, scope)}`;
  if (operator === 'eq' || operator === 'in') return equalsSql(attribute, values, scope);
  return existsSql(attribute, operator, values, scope);
}

/** Beyond this many values one pass over the record beats one containment test each. */
const MAX_CONTAINMENTS = 20;

// Containment is what the index on `data` serves.
function equalsSql(attribute: string, values: Scalar[], scope: Scope): string {
  if (typeOf(attribute, scope) === 'date') return onDatesSql(attribute, values, scope);
  if (values.length > MAX_CONTAINMENTS) return existsSql(attribute, 'eq', values, scope);
  const segments = segmentsOf(scope.definition, scope.recordType, attribute);
  const tests = values.map(
    (value) => `${scope.tables.document()} @> ${scope.parameters.json(containing(segments, value))}`,
  );
  return tests.length === 0 ? 'false' : `(${tests.join(' OR ')})`;
}

/** A day may stand in a date-time: the index finds it anywhere in a record, the path tells whether it is the right one. */
function onDatesSql(attribute: string, dates: Scalar[], scope: Scope): string {
  const days = daysOf(dates.map(String));
  const exact = existsSql(attribute, 'eq', dates, scope);
  return days === undefined ? exact : `(${anyDaySql(days, scope)} AND ${exact})`;
}

type Test = OrderOperator | TextOperator;

function existsSql(attribute: string, test: Test, values: Scalar[], scope: Scope): string {
  if (values.length === 0) return 'false';
  const { condition, named } = anyTest(typeOf(attribute, scope), test, values, 'v');
  return pathExistsSql(`${pathOf(attribute, scope)} ? (${condition})`, named, scope);
}

/** One path, so that one entry meets all of it, behind what indexes find of each part. */
function oneEntrySql({ and, ofOne }: OneEntry, scope: Scope): string {
  if (and.some(({ value }) => Array.isArray(value) && value.length === 0)) return 'false';
  const days = spans(and, attributesOf(scope.definition, scope.recordType), 'OF_ONE');
  const equal = and.filter(({ operator }) => operator === 'eq' || operator === 'in');
  const coarse = [
    ...days.map((one) => anyDaySql(withPartial(one), scope)),
    ...equal.map(({ attribute, value }) => equalsSql(attribute, [value].flat(), scope)),
  ];
  const list = pathOf(ofOne, scope);
  const tests = and.map(({ attribute, operator, value }, index) => {
    const test = operator === 'in' ? 'eq' : (operator as Test);
    const { condition, named } = anyTest(typeOf(attribute, scope), test, [value].flat(), `v${index}_`);
    return { condition: `exists(@${pathOf(attribute, scope).slice(list.length)} ? (${condition}))`, named };
  });
  const conditions = tests.map(({ condition }) => condition).join(' && ');
  const named: Record<string, Scalar> = Object.assign({}, ...tests.map((one) => one.named));
  return `(${[...coarse, pathExistsSql(`${list} ? (${conditions})`, named, scope)].join(' AND ')})`;
}

const pathOf = (path: string, { definition, recordType }: Scope): string =>
  jsonPath(segmentsOf(definition, recordType, path));

const pathExistsSql = (path: string, named: Record<string, Scalar>, { tables, parameters }: Scope): string =>
  `jsonb_path_exists(${tables.document()}, ${parameters.path(path)}, ${parameters.json(named)})`;

/** @param name of its variables begins so */
function anyTest(type: ScalarType, test: Test, values: Scalar[], name: string) {
  const tests = values.map((value, index) =>
    type === 'date'
      ? dateTest(test as OrderOperator, String(value), `${name}${index}`)
      : valueTest(test, value, `${name}${index}`),
  );
  const named: Record<string, Scalar> = Object.assign({}, ...tests.map((one) => one.named));
  return { condition: tests.map((one) => `(${one.condition})`).join(' || '), named };
}

const valueTest = (test: Test, value: Scalar, name: string) =>
  test === 'contains' || test === 'endsWith'
    ? { condition: `@ like_regex ${JSON.stringify(literal(String(value)) + ENDS[test])}`, named: {} }
    : { condition: TESTS[test](`$${name}`), named: { [name]: value } };

/** A pattern is no variable of a path; every character stands for itself. */
const literal = (text: string): string => text.replace(/[^\p{L}\p{M}\p{N}\s]/gu, '\\$&');
const ENDS = { contains: '', endsWith: '$' } as const;

const TESTS: Record<Exclude<Test, 'contains' | 'endsWith'>, (value: string) => string> = {
  startsWith: (value) => `@ starts with ${value}`,
  eq: (value) => `@ == ${value}`,
  gt: (value) => `@ > ${value}`,
  gte: (value) => `@ >= ${value}`,
  lt: (value) => `@ < ${value}`,
  lte: (value) => `@ <= ${value}`,
};

function typeOf(attribute: string, { definition, recordType }: Scope): ScalarType {
  const found = attributesOf(definition, recordType).get(attribute);
  if (!found) throw new Error(`no attribute ${attribute} in ${definition.registry} ${recordType}`);
  return found.type;
}
