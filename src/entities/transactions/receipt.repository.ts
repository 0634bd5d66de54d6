/** Receipts of deliveries, written with their audit entries in the transaction of the request. */
import { hashContent } from '../audit/audit.repository.js';
import { recordTransition } from '../audit/transition.js';
import type { Sql } from '../database/database.js';

export interface ReceivedDeliveries {
  senderId: string;
  registry: string;
  messageIds: string[];
  subscriptionCode?: string | undefined;
  receivedAt: Date;
  status: string;
}

/**
 * Message ids of the sender's own deliveries among those given; anybody else's stay untouched. A receipt may be faster than our
 * own note that the message was sent, so both lock the deliveries in one order.
 */
export async function markReceived(sql: Sql, receipt: ReceivedDeliveries, now: Date): Promise<string[]> {
  const { senderId, registry, messageIds, subscriptionCode, receivedAt, status } = receipt;
  const rows = await sql.query<{ id: string; messageId: string; state: string; sealed: Buffer | null }>(
    `with mine as materialized (
       select d.id from delivery d
       where d.message_id = any ($3::text[]) and d.sender_id = $1 and d.registry = $2
         and (d.attempts > 0 or d.claimed_by is not null)
         and ($6::text is null or exists (select 1 from subscription s where s.id = d.subscription_id and s.code = $6))
       order by d.id for update of d
     )
     update delivery d set receipt_at = $4, receipt_status = $5 from mine where d.id = mine.id
     returning d.id, d.message_id as "messageId", d.state, d.message_sealed as sealed`,
    [senderId, registry, messageIds, receivedAt, status, subscriptionCode ?? null],
  );
  for (const { id, state, sealed } of rows) {
    const detail = { senderId, registry, status: state };
    const what = { of: 'delivery', id, transition: 'RECEIPT', actor: senderId, at: now } as const;
    await recordTransition(sql, { ...what, contentHash: hashContent(sealed), detail });
  }
  return rows.map(({ messageId }) => messageId);
}
