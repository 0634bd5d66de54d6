/** The time by a clock of ours or by the database's, whichever is behind: nothing is over before it is by both. */
import type { Sql } from './database.js';

export async function earlierOf(sql: Sql, clock: Date): Promise<Date> {
  const [row] = await sql.query<{ now: string | Date }>('select least($1::timestamptz, now()) as now', [clock]);
  if (row === undefined) throw new Error('the database did not tell the time');
  return new Date(row.now);
}
