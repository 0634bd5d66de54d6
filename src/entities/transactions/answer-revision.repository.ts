/** An answer that became another after it was given: of a subscription that was decided later. */
import type { TransactionStatus } from '../../protocol/vocabulary.js';
import { hashContent } from '../audit/audit.repository.js';
import type { DataVault } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';
import { proveTransaction } from '../audit/transaction-audit.js';
import { recordTransition } from '../audit/transition.js';

export interface Revision {
  status: TransactionStatus;
  itemsDone: number;
  /** What a later question for the transaction is answered with. */
  answer: unknown;
}

interface Stored {
  sender_id: string;
  registry: string | null;
  operation: string | null;
  received_at: string;
  item_count: number;
  data_key_id: string | null;
  request_sealed: Buffer | null;
  response_sealed: Buffer | null;
}

/** In the transaction of `sql`; nothing where the payload was shredded meanwhile. */
export async function reviseAnswer(
  sql: Sql,
  vault: DataVault,
  id: string,
  revise: (answer: unknown, itemCount: number) => Revision,
  { actor, now }: { actor: string; now: Date },
): Promise<void> {
  const [stored] = await sql.query<Stored>(
    `select sender_id, registry, operation, received_at, item_count, data_key_id, request_sealed, response_sealed
     from transaction where id = $1 for update`,
    [id],
  );
  if (stored?.data_key_id == null || stored.response_sealed === null) return;
  const place = `transaction:${id}:response`;
  const before = await vault.open(stored.data_key_id, stored.response_sealed, place);
  if (before === undefined) return;
  const { status, itemsDone, answer } = revise(before, stored.item_count);
  // Under the key of the request, which stands in the same row.
  const { sealed } = await vault.seal(stored.sender_id, new Date(stored.received_at), place, answer);
  const contentHash = hashContent(stored.request_sealed, sealed);
  await sql.query(
    'update transaction set status = $2, items_done = $3, response_sealed = $4, content_hash = $5 where id = $1',
    [id, status, itemsDone, sealed, contentHash],
  );
  const { sender_id: senderId, registry, operation } = stored;
  const detail = { senderId, registry, operation, status };
  const proven = await proveTransaction(sql, id);
  const what = { of: 'transaction', id, transition: status, actor, at: now } as const;
  await recordTransition(sql, { ...what, contentHash: proven, detail });
}
