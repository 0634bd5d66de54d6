/** Claims of message ids that store no answer: a signed query works once, and is then known by its id alone. */
import { uuidv7 } from '../../platform/uuid.js';
import type { Sql } from '../database/database.js';

export interface SignedQuery {
  senderId: string;
  messageId: string;
  digest: Buffer;
  receivedAt: Date;
}

/** Whether the id was new. */
export async function claimQuery(sql: Sql, { senderId, messageId, digest, receivedAt }: SignedQuery): Promise<boolean> {
  const claimed = await sql.query(
    `insert into seen_message (sender_id, message_id, digest, transaction_id, received_at) values ($1, $2, $3, $4, $5)
     on conflict do nothing returning 1`,
    [senderId, messageId, digest, uuidv7(), receivedAt],
    'claim-query',
  );
  return claimed.length > 0;
}

/** Claims that no message can meet any more. Gives how many, at most `limit`. */
export async function forgetSeen(sql: Sql, before: Date, limit: number): Promise<number> {
  const rows = await sql.query(
    'delete from seen_message where ctid in (select ctid from seen_message where received_at < $1 limit $2) returning 1',
    [before, limit],
  );
  return rows.length;
}
