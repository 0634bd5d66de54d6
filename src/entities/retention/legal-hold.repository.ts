/** What must not be deleted: all that one sender sent and got in one month, by the data key that seals it. */
import type { Sql } from '../database/database.js';

export interface Hold {
  dataKeyId: string;
  /** Sender id, or `(gateway)`. */
  owner: string;
  /** `YYYY-MM`. */
  month: string;
}

export async function readHolds(sql: Sql): Promise<Hold[]> {
  return sql.query<Hold>(
    `select id as "dataKeyId", owner, to_char(month, 'YYYY-MM') as month from data_key where legal_hold order by owner, month`,
  );
}

/** @returns false where nothing changed: it is so already, or no key is there whose payloads could be held */
export async function setHold(
  sql: Sql,
  { owner, month }: Pick<Hold, 'owner' | 'month'>,
  held: boolean,
): Promise<boolean> {
  const rows = await sql.query(
    `update data_key set legal_hold = $3
     where owner = $1 and month = $2 and legal_hold <> $3 and (wrapped is not null or not $3) returning 1`,
    [owner, `${month}-01`, held],
  );
  return rows.length > 0;
}
