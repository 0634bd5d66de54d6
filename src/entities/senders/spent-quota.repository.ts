/** Points that callers spent in windows of time, counted for all processes. */
import type { Sql } from '../database/database.js';

export interface Spending {
  key: string;
  points: number;
}

export interface Spent {
  points: number;
  /** When the window ends, in milliseconds of the epoch. */
  expire: number;
}

// In the order of keys, so that two processes never wait for each other in a ring. Most rows are new, and say nothing new:
// those have no xmax.
const SPEND = `
with spent as (insert into spent_quota as s (key, points, expire)
select g.key, g.points, $3::bigint from unnest($1::text[], $2::int[]) as g (key, points) order by g.key
on conflict (key) do update set
  points = case when s.expire <= $4 then excluded.points else s.points + excluded.points end,
  expire = case when s.expire <= $4 then excluded.expire else s.expire end
returning key, points, expire, xmax = 0 as begun)
select key, points, expire::float8 as expire from spent where not begun`;

/** A window begins with its first points; of those that end at `ends`, as they began with these, nothing is told. Each key once. */
export async function spend(
  sql: Sql,
  spendings: Spending[],
  { now, ends }: { now: number; ends: number },
): Promise<Map<string, Spent>> {
  const keys = spendings.map(({ key }) => key);
  const points = spendings.map((one) => one.points);
  const values = [keys, points, ends, now];
  const rows = await sql.query<Spent & { key: string }>(SPEND, values, 'spend-quota');
  return new Map(rows.map((row) => [row.key, row]));
}

/** Windows that ended before. */
export async function forgetSpent(sql: Sql, before: Date): Promise<void> {
  await sql.query('delete from spent_quota where expire < $1', [before.getTime()]);
}
