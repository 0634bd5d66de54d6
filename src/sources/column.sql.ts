/** A comparison as a condition on a searched column `s`; NULL, which is false, where a record has no value. */
import type { SearchedColumn } from '../entities/records/searched-record.repository.js';
import type { Operator, OrderOperator, Scalar } from '../protocol/query/criteria.js';
import { afterDate, firstDay } from '../protocol/registries/date.js';
import type { ScalarType } from '../protocol/registries/definition.js';
import { shortest, vagueBefore } from './dates.sql.js';
import type { Parameters } from './parameters.js';

export function columnSql(
  column: SearchedColumn,
  type: ScalarType,
  operator: Operator,
  values: Scalar[],
  parameters: Parameters,
): string {
  if (operator === 'ne') return `(${columnSql(column, type, 'eq', values, parameters)}) IS NOT TRUE`;
  if (operator === 'nin') return `(${columnSql(column, type, 'in', values, parameters)}) IS NOT TRUE`;
  const place = `s.${column.name}`;
  const texts = values.map(String);
  if (operator === 'eq' || operator === 'in')
    return type === 'date' ? onDates(place, texts, parameters) : isOneOf(place, column.type, texts, parameters);
  const tests = texts.map((text) => {
    if (type === 'date') return DATE_TESTS[operator as OrderOperator](place, text, parameters);
    if (operator === 'startsWith') return `starts_with(${place}, ${parameters.add(text)}::text)`;
    return `${place} ${SIGNS[operator as Ordered]} ${parameters.add(text)}::${column.type}`;
  });
  return tests.length === 0 ? 'false' : `(${tests.join(' OR ')})`;
}

type Ordered = Exclude<OrderOperator, 'eq'>;
const SIGNS: Record<Ordered, string> = { gt: '>', gte: '>=', lt: '<', lte: '<=' };

function isOneOf(place: string, type: SearchedColumn['type'], values: string[], parameters: Parameters): string {
  const [one] = values;
  if (one !== undefined && values.length === 1) return `${place} = ${parameters.add(one)}::${type}`;
  return `${place} = ANY (${parameters.add(values)}::${type}[])`;
}

/** Days are looked up together; a year or month is what begins with it. */
function onDates(place: string, dates: string[], parameters: Parameters): string {
  const days = dates.filter((date) => date.length === DAY);
  const vague = dates.filter((date) => date.length < DAY);
  const tests = vague.map(
    (date) => `(${place} >= ${parameters.add(date)} AND ${place} < ${parameters.add(`${date}~`)})`,
  );
  if (days.length > 0) tests.push(isOneOf(place, 'text', days, parameters));
  return tests.length === 0 ? 'false' : `(${tests.join(' OR ')})`;
}

const DAY = 10;

type DateTest = (place: string, date: string, parameters: Parameters) => string;

const from: DateTest = (place, start, parameters) => `${place} >= ${parameters.add(start)}`;

const before: DateTest = (place, end, parameters) =>
  [`${place} < ${parameters.add(end)}`, ...vagueBefore(end).map((date) => `${place} <> ${parameters.add(date)}`)].join(
    ' AND ',
  );

const DATE_TESTS: Record<OrderOperator, DateTest> = {
  eq: (place, date, parameters) => onDates(place, [date], parameters),
  gt: (place, date, parameters) => from(place, afterDate(date), parameters),
  gte: (place, date, parameters) => from(place, shortest(firstDay(date)), parameters),
  lt: (place, date, parameters) => `(${before(place, firstDay(date), parameters)})`,
  lte: (place, date, parameters) => `(${before(place, afterDate(date), parameters)})`,
};
