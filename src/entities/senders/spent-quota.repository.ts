/** Points that callers spent in windows of time, counted for all processes. */
import type { Sql } from '../database/database.js';

export interface Spent {
  key: string;
  points: number;
  /** Until the window ends. */
  leftMs: number;
}

const NOW_MS = '(extract(epoch from now()) * 1000)::bigint';

// By the database's clock, which all processes share. A window that ends later than two from now was begun by a clock that
// was ahead: it would last until then. (One from now is what a statement beside this may have begun.) In the order of keys,
// so that two processes never wait for each other in a ring. Most rows are new, and say nothing new: those have no xmax.
const SPEND = `
with spent as (insert into spent_quota as s (key, points, expire)
select g.key, g.points, (select ${NOW_MS} + $3::bigint)
from unnest($1::text[], $2::int[]) as g (key, points) order by g.key
on conflict (key) do update set
  points = case when ${isOpen('s.expire')} then s.points + excluded.points else excluded.points end,
  expire = case when ${isOpen('s.expire')} then s.expire else excluded.expire end
returning key, points, expire, xmax = 0 as begun)
select key, points, (expire - ${NOW_MS})::float8 as "leftMs" from spent where not begun`;

function isOpen(expire: string): string {
  return `${expire} > excluded.expire - $3::bigint and ${expire} <= excluded.expire + $3::bigint`;
}

/** A window of so long begins with its first points; of those that began with these nothing is told. Each key once. */
export const spend = (
  sql: Sql,
  { keys, points }: { keys: string[]; points: number[] },
  durationMs: number,
): Promise<Spent[]> => sql.query<Spent>(SPEND, [keys, points, durationMs], 'spend-quota');

/** Windows that ended before. */
export async function forgetSpent(sql: Sql, before: Date): Promise<void> {
  await sql.query('delete from spent_quota where expire < $1', [before.getTime()]);
}
