/** `recordTransaction`, by which every transaction comes to be, and what is stored of it read back. */
import { currentHop } from '../../platform/hop.js';
import { uuidv7 } from '../../platform/uuid.js';
import type { Operation, Registry, TransactionStatus } from '../../protocol/vocabulary.js';
import { auditEntry, hashContent } from '../audit/audit.repository.js';
import type { DataVault } from '../database/data-vault.js';
import { GATEWAY_OWNER } from '../database/data-vault.js';
import { hashTransaction, tellTime, type TransactionFacts } from '../audit/transaction-audit.js';
import { writeTransaction } from './transaction.writer.js';
import type { Sql } from '../database/database.js';

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
  const durationMs = entry.processedAt ? Math.fround(entry.processedAt.getTime() - entry.receivedAt.getTime()) : null;
  const facts = factsOf(entry, dataKeyId, durationMs);
  const proven = hashTransaction(contentHash, facts);
  const transition = { kind: 'TRANSACTION', subject: id, transition: entry.status } as const;
  const audit = auditEntry({ ...transition, actor, at: now, contentHash: proven });
  const written = await writeTransaction(sql, {
    id,
    sender_id: entry.senderId,
    message_id: entry.messageId,
    transaction_id: entry.transactionId,
    correlation_id: entry.correlationId,
    action: entry.action,
    channel: entry.channel,
    operation: entry.operation,
    registry: entry.registry,
    status: entry.status,
    status_reason_code: entry.statusReasonCode,
    status_reason_message: entry.statusReasonMessage,
    data_key_id: dataKeyId,
    request_sealed: request,
    digest: entry.digest,
    response_sealed: response,
    content_hash: contentHash,
    access_decision: entry.accessDecision === undefined ? null : JSON.stringify(entry.accessDecision),
    record_ids: entry.recordIds ?? [],
    item_count: entry.itemCount ?? 0,
    items_done: entry.itemsDone ?? 0,
    received_at: entry.receivedAt,
    processed_at: entry.processedAt,
    duration_ms: durationMs,
    error_id: entry.errorId,
    record_count: entry.recordCount ?? 0,
    remote_address: entry.remoteAddress,
    reference_ids: entry.referenceIds ?? [],
    consent_ids: entry.consentIds ?? [],
    claims: entry.claim,
    detail: JSON.stringify(detailOf(entry)),
    audit_id: audit.id,
    actor,
    at: now,
    proven,
    entry_hash: audit.entryHash,
    due_at: entry.dueAt,
    hop: entry.dueAt === undefined ? undefined : JSON.stringify(currentHop()),
  });
  return written ? { outcome: 'recorded', id } : findSeen(sql, entry);
}

/** As the row will tell them. */
function factsOf(entry: TransactionEntry, dataKeyId: string | null, durationMs: number | null): TransactionFacts {
  return {
    senderId: entry.senderId,
    messageId: entry.messageId,
    transactionId: entry.transactionId,
    correlationId: entry.correlationId,
    action: entry.action,
    channel: entry.channel,
    operation: entry.operation,
    registry: entry.registry,
    statusReasonCode: entry.statusReasonCode,
    statusReasonMessage: entry.statusReasonMessage,
    digest: entry.digest?.toString('hex'),
    dataKeyId,
    accessDecision: entry.accessDecision,
    recordIds: entry.recordIds ?? [],
    recordCount: entry.recordCount ?? 0,
    itemCount: entry.itemCount ?? 0,
    itemsDone: entry.itemsDone ?? 0,
    receivedAt: tellTime(entry.receivedAt),
    processedAt: entry.processedAt ? tellTime(entry.processedAt) : null,
    durationMs,
    errorId: entry.errorId,
    remoteAddress: entry.remoteAddress,
    referenceIds: entry.referenceIds ?? [],
    consentIds: entry.consentIds ?? [],
  };
}

const detailOf = ({ senderId, registry, operation, status }: TransactionEntry) => ({
  senderId,
  registry,
  operation,
  status,
});

/** What the winner of the message id stored, or `undefined` when the id is new. */
export async function findSeen(
  sql: Sql,
  entry: { senderId: string | null; messageId: string | null; digest: Buffer | null },
): Promise<Recorded & { outcome: 'seen' }> {
  const [row] = await sql.query<{ id: string; digest: Buffer }>(
    'select transaction_id as id, digest from seen_message where sender_id = $1 and message_id = $2',
    [entry.senderId, entry.messageId],
    'find-seen',
  );
  if (row === undefined) throw new Error('a claimed message id vanished');
  return { outcome: 'seen', id: row.id, same: entry.digest?.equals(row.digest) ?? false };
}

export interface StoredAnswer {
  id: string;
  transactionId: string | null;
  recordIds: string[];
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
  const [row] = await sql.query<StoredRow>(
    `select id, transaction_id as "transactionId", record_ids as "recordIds", status, operation, registry,
       access_decision as "accessDecision", consent_ids as "consentIds", correlation_id as "correlationId",
       received_at as "receivedAt", data_key_id as "dataKeyId", response_sealed as sealed from transaction where id = $1`,
    [id],
    'load-answer',
  );
  if (row === undefined) throw new Error('a stored transaction vanished');
  const { dataKeyId, sealed, receivedAt, ...answer } = row;
  const response = await openPayload(vault, dataKeyId, sealed, `transaction:${id}:response`);
  return { ...answer, receivedAt: new Date(receivedAt), response };
}

type StoredRow = Omit<StoredAnswer, 'receivedAt' | 'response'> & {
  receivedAt: string;
  dataKeyId: string | null;
  sealed: Buffer | null;
};

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
