/** Days as the index `registry_record_days` has them: every day, month and year that a record holds, wherever it stands. */
import type { Criteria } from '../protocol/query/criteria.js';
import { firstDay, lastDay } from '../protocol/registries/date.js';
import type { Attribute } from '../protocol/registries/definition.js';
import type { Parameters } from './parameters.js';
import type { RecordTables } from './record-tables.js';

const DAY_MS = 86_400_000;
/** A year of birth, and some. */
const MOST_DAYS = 400;

/** Whether a record holds one of the days anywhere: coarse, beside the test of the path itself. */
export const anyDaySql = (
  days: string[],
  { tables, parameters }: { tables: RecordTables; parameters: Parameters },
): string => `record_days(${tables.document()}) && ${parameters.add(days)}::text[]`;

/** All that a record may hold where one of these dates is meant; undefined where it is too much. */
export function daysOf(dates: string[]): string[] | undefined {
  const all: string[] = [];
  for (const date of dates) {
    const days = date.length === 10 ? [date] : withPartial(daysBetween(date, date) ?? []);
    if (date.length < 10 && all.length > MOST_DAYS) return undefined;
    all.push(...days);
  }
  return all;
}

/** Days with the months and years that a record may hold instead of them. */
export const withPartial = (days: string[]): string[] => [
  ...days,
  ...new Set(days.flatMap((day) => [day.slice(0, 7), day.slice(0, 4)])),
];

/** For parts that must all hold, and bound a day from both sides: which days lie between, where they are not too many. */
export function spans(parts: Criteria[], attributes: ReadonlyMap<string, Attribute>, ofOne?: 'OF_ONE'): string[][] {
  const lower = boundsOf(parts, ['gte', 'gt']);
  const upper = boundsOf(parts, ['lte', 'lt']);
  return [...lower].flatMap(([path, from]) => {
    const { type, many } = attributes.get(path) ?? {};
    const until = upper.get(path);
    // One value of several could meet one bound, and another the other, unless one is to meet both.
    const isOfOne = many === false || ofOne !== undefined;
    const days = type === 'date' && isOfOne && until !== undefined ? daysBetween(from, until) : undefined;
    return days === undefined ? [] : [days];
  });
}

function boundsOf(parts: Criteria[], operators: string[]): Map<string, string> {
  return new Map(
    parts.flatMap((part) =>
      'attribute' in part && operators.includes(part.operator) ? [[part.attribute, String(part.value)] as const] : [],
    ),
  );
}

function daysBetween(from: string, until: string): string[] | undefined {
  const [first, last] = [Date.parse(firstDay(from)), Date.parse(lastDay(until))];
  const count = Math.floor((last - first) / DAY_MS) + 1;
  if (!(count >= 1 && count <= MOST_DAYS)) return undefined;
  return Array.from({ length: count }, (_, day) => new Date(first + day * DAY_MS).toISOString().slice(0, 10));
}
