/** New callbacks: what we owe a partner, written in the transaction that makes us owe it. */
import { currentHop } from '../../platform/hop.js';
import { uuidv7 } from '../../platform/uuid.js';
import type { JsonObject } from '../../protocol/envelope/json.js';
import type { Operation, Registry } from '../../protocol/vocabulary.js';
import type { DataVault } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';
import { eventRow } from '../queues/outbox.repository.js';
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

/** A callback as it is written. */
export interface CallbackRow {
  id: string;
  /** Of `callbackSql`, in its order. */
  values: unknown[];
  /** That live readers are told. */
  event: unknown[];
}

/** Owes a sender a callback, due at once. Gives the delivery's id. */
export async function enqueueCallback(sql: Sql, vault: DataVault, callback: Callback, now: Date): Promise<string> {
  const row = await sealCallback(vault, callback, now);
  await insertCallback(sql, row);
  return row.id;
}

export async function insertCallback(sql: Sql, { values, event }: CallbackRow): Promise<void> {
  await sql.query(INSERT, [...values, ...event], 'enqueue-callback');
  sql.eventWritten();
}

export async function sealCallback(vault: DataVault, callback: Callback, now: Date): Promise<CallbackRow> {
  const id = uuidv7();
  const { requestId, action, page, senderId, registry, target, envelope, released } = callback;
  const { dataKeyId, sealed } = await vault.seal(senderId, now, placeOfMessage(id), envelope);
  const values = [
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
  ];
  return { id, values, event: eventRow('delivery', id, { senderId, registry, status: 'PENDING' }) };
}

/** @param first number of the first of its 16 parameters */
export function callbackSql(first: number): string {
  const at = (place: number, type: string): string => `$${first + place - 1}::${type}`;
  return `insert into delivery (id, kind, action, sender_id, registry, request_id, page, target, host, message_id, state,
    due_at, data_key_id, message_sealed, created_at, operation, access_decision, consent_ids, hop)
  select ${at(1, 'uuid')}, 'CALLBACK', ${at(2, 'text')}, ${at(3, 'text')}, ${at(4, 'text')}, ${at(5, 'uuid')},
    ${at(6, 'int')}, ${at(7, 'text')}, ${at(8, 'text')}, ${at(9, 'text')}, 'PENDING', now(),
    ${at(11, 'uuid')}, ${at(12, 'bytea')}, ${at(10, 'timestamptz')}, ${at(13, 'text')}, ${at(14, 'jsonb')},
    ${at(15, 'uuid[]')}, ${at(16, 'jsonb')}`;
}

const INSERT = `with owed as (${callbackSql(1)})
insert into outbox_event (id, topic, subject, detail) values ($17, $18, $19, $20)`;
