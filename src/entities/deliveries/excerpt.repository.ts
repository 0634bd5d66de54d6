/** What a receiver answered to an attempt, as it is kept, and of whom it may tell. */
import type { Sql } from '../database/database.js';
import { RECORDS_SO_FAR } from '../audit/released-part.repository.js';

export interface StoredExcerpt {
  dataKeyId: string | null;
  sealed: Buffer | null;
  senderId: string;
  /** Records that the delivery spoke of. */
  about: string[];
}

export async function findExcerpt(sql: Sql, attemptId: string, deliveryId: string): Promise<StoredExcerpt | undefined> {
  const [row] = await sql.query<StoredExcerpt>(
    `select a.data_key_id as "dataKeyId", a.response_sealed as sealed, d.sender_id as "senderId",
       array_remove(coalesce(${RECORDS_SO_FAR}, '{}') || d.record_id, null) as about
     from delivery_attempt a join delivery d on d.id = a.delivery_id left join transaction t on t.id = d.request_id
     where a.id = $1 and d.id = $2`,
    [attemptId, deliveryId],
  );
  return row;
}
