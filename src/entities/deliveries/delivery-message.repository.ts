/** The message of a delivery as it is kept, and of whom it tells. */
import type { Sql } from '../database/database.js';

export interface StoredMessage {
  dataKeyId: string | null;
  sealed: Buffer | null;
  /** Records that it speaks of. */
  about: string[];
}

/** Binds the sealed message to its delivery. */
export const placeOfMessage = (deliveryId: string): string => `delivery:${deliveryId}:message`;

export async function findMessage(sql: Sql, id: string): Promise<StoredMessage | undefined> {
  const [row] = await sql.query<StoredMessage>(
    `select d.data_key_id as "dataKeyId", d.message_sealed as sealed,
       array_remove(coalesce(t.record_ids, '{}') || d.record_id, null) as about
     from delivery d left join transaction t on t.id = d.request_id where d.id = $1`,
    [id],
  );
  return row;
}

export async function messageBytes(sql: Sql, id: string): Promise<number> {
  const [row] = await sql.query<{ bytes: number | null }>(
    'select octet_length(message_sealed) as bytes from delivery where id = $1',
    [id],
  );
  return row?.bytes ?? 0;
}

export interface StoredPart extends Pick<StoredMessage, 'dataKeyId' | 'sealed'> {
  id: string;
  page: number;
  /** Claimed in it; null where its decision does not say. */
  asked: string[] | null;
}

/** Callbacks of a request behind one of them, in their order. */
export const findParts = (sql: Sql, requestId: string, behind: number, limit: number): Promise<StoredPart[]> =>
  sql.query(
    `select id, page, data_key_id as "dataKeyId", message_sealed as sealed, access_decision -> 'asked' as asked
     from delivery where request_id = $1 and page > $2 order by page limit $3`,
    [requestId, behind, limit],
  );
