/**
 * Agenda's table, and what was made of it: Agenda changes it at every connection, also where there is nothing to change, which
 * would wait behind a reader that takes its time (a backup), and keep the jobs of all processes waiting behind it.
 */
import type { Pool } from 'pg';

export const JOB_TABLE = 'agenda_jobs';

/** Whether `made`, the mark of a shape, is what the table was last given. */
export async function isJobTable(pool: Pool, made: string): Promise<boolean> {
  const { rows } = await pool.query<{ mark: string | null }>(
    `select obj_description(to_regclass('${JOB_TABLE}'), 'pg_class') as mark`,
  );
  return rows[0]?.mark === made;
}

export async function markJobTable(pool: Pool, made: string): Promise<void> {
  await pool.query(`comment on table ${JOB_TABLE} is '${made}'`);
}
