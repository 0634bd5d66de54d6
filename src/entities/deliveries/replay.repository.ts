/** Which deliveries are to be brought once more. */
import { firstId } from '../database/partitions.js';
import type { Sql } from '../database/database.js';

/** What is not given does not narrow. */
export interface Replayed {
  senderId?: string | null;
  subscriptionCode?: string | null;
  from?: Date | null;
  until?: Date | null;
  failedOnly: boolean;
}

/** Behind `after` in the order of their making, so that subscribers see events in their order again, and no tests; kept for this transaction. */
export async function lockReplayed(sql: Sql, which: Replayed, after: string, limit: number): Promise<string[]> {
  const { senderId, subscriptionCode, from, until, failedOnly } = which;
  const rows = await sql.query<{ id: string }>(
    `select d.id from delivery d where d.id > $1 and d.state = any($2::text[])
       and (d.kind = 'CALLBACK' or d.event_id is not null)
       and ($3::text is null or d.sender_id = $3)
       and ($4::text is null or d.subscription_id = (select s.id from subscription s where s.code = $4))
       and ($5::uuid is null or d.id >= $5) and ($6::uuid is null or d.id < $6)
     order by d.id limit $7 for update`,
    [
      after,
      failedOnly ? ['FAILED'] : ['FAILED', 'DELIVERED'],
      senderId ?? null,
      subscriptionCode ?? null,
      from == null ? null : firstId(from),
      until == null ? null : firstId(until),
      limit,
    ],
  );
  return rows.map(({ id }) => id);
}
