/**
 * Dates as records and queries write them: a day, a date-time, or a partial date (ISO 8601, reduced precision), `1985` or
 * `1985-05`, which is every day it may mean. Days compare as text; a date-time counts by its day.
 */

/** What `*.sql.ts` and the evaluator take for a stored date; whatever follows a day is not looked at. */
export const DATE_PATTERN = '^[0-9]{4}(-(0[1-9]|1[0-2])(-[0-9]{2}|$)|$)';

const STORED = new RegExp(DATE_PATTERN);
const WRITTEN =
  /^(\d{4}(?:-(?:0[1-9]|1[0-2])(?:-\d{2})?)?)(?:(?<=^.{10})T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):?[0-5]\d)?)?$/;

/** The day, month or year of a date or date-time that exists; undefined for any other text. */
export function readDate(text: string): string | undefined {
  const date = WRITTEN.exec(text)?.[1];
  return date !== undefined && (date.length < 10 || isDay(date)) ? date : undefined;
}

/** The same of a stored value, which may be of another type or form. */
export const storedDate = (value: unknown): string | undefined =>
  typeof value === 'string' && STORED.test(value) ? value.slice(0, 10) : undefined;

/** First day that a date may mean. */
export const firstDay = (date: string): string => date + '-01-01'.slice(date.length - 4);

/** Last day that a date may mean. */
export function lastDay(date: string): string {
  if (date.length === 4) return `${date}-12-31`;
  if (date.length > 7) return date;
  const [year, month] = [Number(date.slice(0, 4)), Number(date.slice(5))];
  return `${date}-${month === 2 && isLeap(year) ? 29 : DAYS[month - 1]}`;
}

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

/** The latest day that has begun somewhere on earth. */
export const lastDayAnywhere = (now: Date): string =>
  new Date(now.getTime() + 14 * 3_600_000).toISOString().slice(0, 10);

/** Text behind every date and date-time of the last day that a date may mean, and before those of the next. */
export const afterDate = (date: string): string => `${lastDay(date)}~`;

/** Of the years that text, JSON and PostgreSQL write alike: 1 to 9999. */
export const isWritable = (at: Date): boolean => at.getTime() >= FIRST && at.getTime() < AFTER_LAST;
const FIRST = Date.parse('0001-01-01T00:00:00Z');
const AFTER_LAST = Date.parse('+010000-01-01T00:00:00Z');

const isDay = (day: string): boolean => day.slice(8) > '00' && day <= lastDay(day.slice(0, 7));
