/** Days as the index `registry_record_days` has them: every day that a record holds, wherever it stands. */
import type { Criteria, Scalar } from '../protocol/query/criteria.js';
import type { Attribute } from '../protocol/registries/definition.js';
import type { Parameters } from './parameters.js';

const DAY_MS = 86_400_000;
/** A year of birth, and some. */
const MOST_DAYS = 400;

/** Whether a record holds one of the days anywhere: coarse, beside the test of the path itself. */
export const anyDaySql = (days: Scalar[], parameters: Parameters): string =>
  `record_days(r.data) && ${parameters.add(days.map(String))}::text[]`;

/** For parts that must all hold, and bound a day from both sides: which days lie between, where they are not too many. */
export function spans(parts: Criteria[], attributes: ReadonlyMap<string, Attribute>): string[][] {
  const lower = boundsOf(parts, ['gte', 'gt']);
  const upper = boundsOf(parts, ['lte', 'lt']);
  return [...lower].flatMap(([path, from]) => {
    const { type, many } = attributes.get(path) ?? {};
    const until = upper.get(path);
    // One value of several could meet one bound, and another the other.
    return type === 'date' && many === false && until !== undefined ? daysBetween(from, until) : [];
  });
}

function boundsOf(parts: Criteria[], operators: string[]): Map<string, string> {
  return new Map(
    parts.flatMap((part) =>
      'attribute' in part && operators.includes(part.operator) ? [[part.attribute, String(part.value)] as const] : [],
    ),
  );
}

function daysBetween(from: string, until: string): string[][] {
  const [first, last] = [Date.parse(from), Date.parse(until)];
  const count = Math.floor((last - first) / DAY_MS) + 1;
  if (!(count >= 1 && count <= MOST_DAYS)) return [];
  return [Array.from({ length: count }, (_, day) => new Date(first + day * DAY_MS).toISOString().slice(0, 10))];
}
