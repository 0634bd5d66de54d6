/** A comparison with a date as a condition of jsonpath, for stored dates that may be partial; the meaning is criteria.ts's. */
import type { OrderOperator } from '../protocol/query/criteria.js';
import { afterDate, DATE_PATTERN, firstDay, lastDay } from '../protocol/registries/date.js';

/** What a stored date looks like; a date-time has its day in front. */
export const DATE = `@ like_regex ${JSON.stringify(DATE_PATTERN)}`;

interface DateTest {
  condition: string;
  /** Its variables by name, without `$`. */
  named: Record<string, string>;
}

/** @param name of its variables, so that several tests may stand in one path */
export const dateTest = (test: OrderOperator, date: string, name: string): DateTest => TESTS[test](date, name);

const TESTS: Record<OrderOperator, typeof from> = {
  eq: (date, name) => ({ condition: `${DATE} && @ starts with $${name}`, named: { [name]: date } }),
  gt: (date, name) => from(afterDate(date), name),
  gte: (date, name) => from(shortest(firstDay(date)), name),
  lt: (date, name) => before(firstDay(date), name),
  lte: (date, name) => before(afterDate(date), name),
};

function from(start: string, name: string): DateTest {
  return { condition: `${DATE} && @ >= $${name}`, named: { [name]: start } };
}

/** `1985` sorts before all its days, and begins with the same one as `1985-01-01`. */
export const shortest = (day: string): string => day.replace(/(-01)?-01$/, '');

/** A year or month that sorts before the end may reach beyond it; only those that the end lies in can. */
export const vagueBefore = (end: string): string[] =>
  [4, 7].map((length) => end.slice(0, length)).filter((date) => lastDay(date) >= end);

function before(end: string, name: string): DateTest {
  const excluded = vagueBefore(end).map((date, index) => [`${name}_${index}`, date] as const);
  const conditions = [DATE, `@ < $${name}`, ...excluded.map(([variable]) => `@ != $${variable}`)];
  return { condition: conditions.join(' && '), named: { [name]: end, ...Object.fromEntries(excluded) } };
}
