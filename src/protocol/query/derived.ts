/** `age` and `YOB` are no fields of the dictionary: they are read as bounds on `birth_date`. */
import type { Criteria, Operator, TextOperator } from './criteria.js';
import type { Attribute } from '../registries/definition.js';
import { isTextOperator } from './operators.js';
import { filterInvalid } from './query-rejection.js';
import { listOf } from './typed-value.js';

/** Days `[from, before)` on which somebody of that age, or year of birth, was born; the number grows with the date or against it. */
interface Derivation {
  most: number;
  grows: boolean;
  days(number: number, today: string): { from: string; before: string };
}

const DERIVATIONS = new Map<string, Derivation>([
  ['age', { most: 150, grows: false, days: daysOfAge }],
  ['yob', { most: 9998, grows: true, days: daysOfYear }],
]);

/** The date behind a derived name, `member.age` → `member.birth_date`; undefined for every other name. */
export function derivedFrom(name: string): { path: string; grows: boolean } | undefined {
  const derivation = DERIVATIONS.get(lastSegment(name));
  const path = `${name.slice(0, name.lastIndexOf('.') + 1)}birth_date`;
  return derivation && { path, grows: derivation.grows };
}

/** @param today the calendar day on which ages are counted, `YYYY-MM-DD` */
export function derivedComparison(
  name: string,
  date: Attribute,
  operator: Operator,
  raw: unknown,
  today: string,
): Criteria {
  if (isTextOperator(operator)) throw filterInvalid(`"${name}" is a number; compare it with eq, gt, gte, lt or lte`);
  const derivation = DERIVATIONS.get(lastSegment(name))!;
  const days = (value: unknown) => derivation.days(wholeNumber(name, value, derivation.most), today);
  const bound = (comparison: Operator, day: string): Criteria => ({
    attribute: date.path,
    operator: comparison,
    value: day,
  });
  const within = (value: unknown): Criteria => {
    const { from, before } = days(value);
    return { and: [bound('gte', from), bound('lt', before)] };
  };
  // Who is born in years to come, as a source may have it, is no child today; a year alone is any day of it.
  const since = (day: string): Criteria =>
    derivation.grows || date.many
      ? bound('gte', day)
      : { and: [bound('gte', day), bound('lt', `${pad(Number(today.slice(0, 4)) + 1)}-01-01`)] };
  const direct = derivation.grows ? operator : AGAINST_TIME[operator];
  if (direct === 'lt') return bound('lt', days(raw).from);
  if (direct === 'gte') return since(days(raw).from);
  if (direct === 'gt') return since(days(raw).before);
  if (direct === 'lte') return bound('lt', days(raw).before);
  const matching = operator === 'in' || operator === 'nin' ? { or: listOf(`"${name}"`, raw).map(within) } : within(raw);
  return operator === 'ne' || operator === 'nin' ? { not: matching } : matching;
}

/** Who is older was born earlier. */
const AGAINST_TIME: Record<Exclude<Operator, TextOperator>, Operator> = {
  eq: 'eq',
  ne: 'ne',
  in: 'in',
  nin: 'nin',
  lt: 'gt',
  gt: 'lt',
  lte: 'gte',
  gte: 'lte',
};

/** Somebody is n from the day after `today - (n+1) years` to `today - n years`. */
function daysOfAge(age: number, today: string) {
  return { from: dayAfter(yearsBefore(today, age + 1)), before: dayAfter(yearsBefore(today, age)) };
}

function daysOfYear(year: number) {
  return { from: `${pad(year)}-01-01`, before: `${pad(year + 1)}-01-01` };
}

/** 29 February becomes the 28th in a common year: who was born on 1 March has no birthday yet. */
function yearsBefore(today: string, years: number): string {
  const year = pad(Number(today.slice(0, 4)) - years);
  const leap = new Date(`${year}-02-29T00:00:00Z`).getUTCMonth() === 1;
  return today.endsWith('02-29') && !leap ? `${year}-02-28` : year + today.slice(4);
}

function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00Z`);
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}

function wholeNumber(name: string, raw: unknown, most: number): number {
  const number = typeof raw === 'string' && /^\d{1,4}$/.test(raw) ? Number(raw) : raw;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0 && number <= most) return number;
  throw filterInvalid(`"${name}" takes a whole number from 0 to ${most}`);
}

const pad = (year: number): string => String(year).padStart(4, '0');
const lastSegment = (name: string): string => name.slice(name.lastIndexOf('.') + 1).toLowerCase();
