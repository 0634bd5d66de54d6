/** New callbacks: what we owe a partner, written in the transaction that makes us owe it. */
import { currentHop } from '../../platform/hop.js';
import { uuidv7 } from '../../platform/uuid.js';
import type { JsonObject } from '../../protocol/envelope/json.js';
import type { Operation, Registry } from '../../protocol/vocabulary.js';
import type { DataVault } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';
import { appendOutbox } from '../queues/outbox.repository.js';
import { placeOfMessage } from './delivery-message.repository.js';

export interface Callback {
  /** Our transaction row that it answers. */
  requestId: string;
  /** With `page` unique per request; page 1 is the first answer. */
  action: string;
  page: number;
  senderId: string;
  registry: Registry;
  target: string;
  /** Unsigned; `message_id` and `message_ts` are set when it is sent. */
  envelope: JsonObject;
  /** On what ground it tells what it tells; judged again before each attempt. */
  released: { operation: Operation; accessDecision?: unknown; consentIds: string[] };
}

/** Owes a sender a callback, due at once. Gives the delivery's id. */
export async function enqueueCallback(sql: Sql, vault: DataVault, callback: Callback, now: Date): Promise<string> {
  const id = uuidv7();
  const { requestId, action, page, senderId, registry, target, envelope, released } = callback;
  const { dataKeyId, sealed } = await vault.seal(senderId, now, placeOfMessage(id), envelope);
  await sql.query(
    `insert into delivery (id, kind, action, sender_id, registry, request_id, page, target, host, message_id, state,
       due_at, data_key_id, message_sealed, created_at, operation, access_decision, consent_ids, hop)
     values ($1, 'CALLBACK', $2, $3, $4, $5, $6, $7, $8, $9, 'PENDING', $10, $11, $12, $10, $13, $14::jsonb, $15::uuid[], $16::jsonb)`,
    [
      id,
      action,
      senderId,
      registry,
      requestId,
      page,
      target,
      new URL(target).host,
      uuidv7(),
      now,
      dataKeyId,
      sealed,
      released.operation,
      released.accessDecision === undefined ? null : JSON.stringify(released.accessDecision),
      released.consentIds,
      JSON.stringify(currentHop()),
    ],
  );
  await appendOutbox(sql, 'delivery', [{ subject: id, detail: { senderId, registry, status: 'PENDING' } }]);
  return id;
}
