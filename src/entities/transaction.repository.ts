/** `recordTransaction`, the one writer of transactions: claim, row, outbox event and audit entry in one statement. */
import { uuidv7 } from '../platform/uuid.js';
import type { Operation, Registry, TransactionStatus } from '../protocol/vocabulary.js';
import { auditEntry, hashContent } from './audit.repository.js';
import type { DataVault } from './data-vault.js';
import { GATEWAY_OWNER } from './data-vault.js';
import { hashTransaction } from './transaction-audit.js';
import type { Sql } from './database.js';

export type TransactionChannel = 'SYNC' | 'ASYNC' | 'INBOUND' | 'SHORT' | 'BULK' | 'GRAPHQL';

export interface TransactionEntry {
  senderId: string | null;
  messageId: string | null;
  transactionId: string | null;
  correlationId: string;
  action: string | null;
  channel: TransactionChannel;
  operation: Operation | null;
  registry: Registry | null;
  status: TransactionStatus;
  statusReasonCode?: string | null;
  statusReasonMessage?: string | null;
  /** SHA-256 of `action` and `message`: the sameness of a repeated message id. */
  digest: Buffer | null;
  /** Whether this write claims the message id of the sender; refusals do not, or a forged message could burn an id. */
  claim: boolean;
  /** Unsigned message as received and as sent; absent before authentication, where only size and digest are kept. */
  request?: unknown;
  response?: unknown;
  accessDecision?: unknown;
  recordIds?: string[];
  /** Consents that the answer rests on. */
  consentIds?: string[];
  /** Ids of the message's items, by which `txn/status` finds it. */
  referenceIds?: string[];
  itemCount?: number;
  itemsDone?: number;
  recordCount?: number;
  receivedAt: Date;
  processedAt?: Date | null;
  errorId?: string | null;
  remoteAddress?: string | null;
  /** Present when the work comes later: the accepted request is due at this time. */
  dueAt?: Date;
}

export type Recorded =
  | { outcome: 'recorded'; id: string }
  /** The message id was used before: `same` tells whether by the same action and message. */
  | { outcome: 'seen'; id: string; same: boolean };

const RECORD = `
with claim as (
  insert into seen_message (sender_id, message_id, digest, transaction_id, received_at)
  select $2, $3, $15, $1, $22::timestamptz where $26::boolean
  on conflict do nothing returning 1
), go as (select 1 from claim union all select 1 where not $26::boolean),
txn as (
  insert into transaction (id, sender_id, message_id, transaction_id, correlation_id, action, channel, operation, registry,
    status, status_reason_code, status_reason_message, data_key_id, request_sealed, digest, response_sealed, content_hash,
    access_decision, record_ids, item_count, items_done, received_at, processed_at, duration_ms, error_id, record_count,
    remote_address, reference_ids, consent_ids)
  select $1::uuid, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text, $11::text,
    $12::text, $13::uuid, $14::bytea, $15::bytea, $16::bytea, $17::bytea, $18::jsonb, $19::uuid[], $20::int, $21::int,
    $22::timestamptz, $23::timestamptz, $24::real, $25::uuid, $27::int, $28::text, $36::text[], $38::uuid[] from go
), event as (
  insert into outbox_event (id, topic, subject, detail) select $29::uuid, 'transaction', $1, $30::jsonb from go
), audit as (
  insert into audit_entry (id, kind, subject, transition, actor, at, content_hash, entry_hash)
  select $31::uuid, 'TRANSACTION', $1, $10, $32::text, $33::timestamptz, $37::bytea, $34::bytea from go
), due as (
  insert into accepted_request (id, due_at) select $1, $35::timestamptz from go where $35::timestamptz is not null
)
select count(*)::int as written from go`;

/** Commits the row before the answer may leave. */
export async function recordTransaction(
  sql: Sql,
  vault: DataVault,
  entry: TransactionEntry,
  now: Date,
): Promise<Recorded> {
  const id = uuidv7();
  const { dataKeyId, request, response } = await sealPayloads(vault, id, entry);
  const contentHash = hashContent(request, response);
  const actor = entry.senderId ?? 'unknown';
  const proven = hashTransaction(contentHash, {
    ...entry,
    recordIds: entry.recordIds ?? [],
    recordCount: entry.recordCount ?? 0,
    accessDecision: entry.accessDecision,
  });
  const transition = { kind: 'TRANSACTION', subject: id, transition: entry.status } as const;
  const audit = auditEntry({ ...transition, actor, at: now, contentHash: proven });
  const durationMs = entry.processedAt ? entry.processedAt.getTime() - entry.receivedAt.getTime() : null;
  const detail = {
    senderId: entry.senderId,
    registry: entry.registry,
    operation: entry.operation,
    status: entry.status,
  };
  const values = [
    id,
    entry.senderId,
    entry.messageId,
    entry.transactionId,
    entry.correlationId,
    entry.action,
    entry.channel,
    entry.operation,
    entry.registry,
    entry.status,
    entry.statusReasonCode ?? null,
    entry.statusReasonMessage ?? null,
    dataKeyId,
    request,
    entry.digest,
    response,
    contentHash,
    entry.accessDecision === undefined ? null : JSON.stringify(entry.accessDecision),
    entry.recordIds ?? [],
    entry.itemCount ?? 0,
    entry.itemsDone ?? 0,
    entry.receivedAt,
    entry.processedAt ?? null,
    durationMs,
    entry.errorId ?? null,
    entry.claim,
    entry.recordCount ?? 0,
    entry.remoteAddress ?? null,
    uuidv7(),
    JSON.stringify(detail),
    audit.id,
    actor,
    now,
    audit.entryHash,
    entry.dueAt ?? null,
    entry.referenceIds ?? [],
    proven,
    entry.consentIds ?? [],
  ];
  const [result] = await sql.query<{ written: number }>(RECORD, values, 'record-transaction');
  if (result?.written === 1) return { outcome: 'recorded', id };
  return findSeen(sql, entry);
}

/** What the winner of the message id stored, or `undefined` when the id is new. */
export async function findSeen(
  sql: Sql,
  entry: { senderId: string | null; messageId: string | null; digest: Buffer | null },
): Promise<Recorded & { outcome: 'seen' }> {
  const [row] = await sql.query<{ transaction_id: string; digest: Buffer }>(
    'select transaction_id, digest from seen_message where sender_id = $1 and message_id = $2',
    [entry.senderId, entry.messageId],
    'find-seen',
  );
  if (row === undefined) throw new Error('a claimed message id vanished');
  return { outcome: 'seen', id: row.transaction_id, same: entry.digest?.equals(row.digest) ?? false };
}

export interface StoredAnswer {
  id: string;
  status: TransactionStatus;
  operation: Operation | null;
  registry: Registry | null;
  accessDecision: unknown;
  /** Null where not known. */
  consentIds: string[] | null;
  correlationId: string;
  receivedAt: Date;
  response: unknown;
}

/** The stored, unsigned answer of a transaction; `response` is undefined once its payload is shredded. */
export async function loadAnswer(sql: Sql, vault: DataVault, id: string): Promise<StoredAnswer> {
  const [row] = await sql.query<{
    status: TransactionStatus;
    operation: Operation | null;
    registry: Registry | null;
    access_decision: unknown;
    consent_ids: string[] | null;
    correlation_id: string;
    received_at: string;
    data_key_id: string | null;
    response_sealed: Buffer | null;
  }>(
    `select status, operation, registry, access_decision, consent_ids, correlation_id, received_at, data_key_id,
       response_sealed from transaction where id = $1`,
    [id],
    'load-answer',
  );
  if (row === undefined) throw new Error('a stored transaction vanished');
  const response = await openPayload(vault, row.data_key_id, row.response_sealed, `transaction:${id}:response`);
  const { status, operation, registry, access_decision: accessDecision, consent_ids: consentIds } = row;
  const { correlation_id: correlationId, received_at: receivedAt } = row;
  const released = { operation, registry, accessDecision, consentIds };
  return { id, status, ...released, correlationId, receivedAt: new Date(receivedAt), response };
}

export async function openPayload(
  vault: DataVault,
  dataKeyId: string | null | undefined,
  sealed: Buffer | null | undefined,
  place: string,
): Promise<unknown> {
  return dataKeyId != null && sealed != null ? vault.open(dataKeyId, sealed, place) : undefined;
}

async function sealPayloads(vault: DataVault, id: string, entry: TransactionEntry) {
  if (entry.request === undefined && entry.response === undefined)
    return { dataKeyId: null, request: null, response: null };
  const owner = entry.senderId ?? GATEWAY_OWNER;
  const seal = (name: string, value: unknown) =>
    vault.seal(owner, entry.receivedAt, `transaction:${id}:${name}`, value);
  const request = entry.request === undefined ? null : await seal('request', entry.request);
  const response = entry.response === undefined ? null : await seal('response', entry.response);
  return {
    dataKeyId: request?.dataKeyId ?? response?.dataKeyId ?? null,
    request: request?.sealed ?? null,
    response: response?.sealed ?? null,
  };
}
