/**
 * What the audit proves of a transaction: its sealed payloads by their hash, so that they may be purged, and beside them
 * every other column: who got what of whom, when, on what ground.
 */
import { canonicalJson } from '../../protocol/envelope/json.js';
import { hashContent } from './audit.repository.js';
import type { Sql } from '../database/database.js';
import { selectFacts } from './facts.sql.js';

/** By column. */
const COLUMNS = {
  senderId: 'sender_id',
  messageId: 'message_id',
  transactionId: 'transaction_id',
  correlationId: 'correlation_id',
  action: 'action',
  channel: 'channel',
  operation: 'operation',
  registry: 'registry',
  statusReasonCode: 'status_reason_code',
  statusReasonMessage: 'status_reason_message',
  digest: `encode(digest, 'hex')`,
  dataKeyId: 'data_key_id',
  accessDecision: 'access_decision',
  recordIds: 'to_jsonb(record_ids)',
  recordCount: 'record_count',
  itemCount: 'item_count',
  itemsDone: 'items_done',
  receivedAt: `to_char(received_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`,
  processedAt: `to_char(processed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`,
  durationMs: 'duration_ms::float8',
  errorId: 'error_id',
  remoteAddress: 'remote_address',
  referenceIds: 'to_jsonb(reference_ids)',
  consentIds: 'to_jsonb(consent_ids)',
} as const;

export type TransactionFacts = Record<keyof typeof COLUMNS, unknown>;

/** What entries of earlier versions prove. */
const FIRST_FACTS = ['senderId', 'operation', 'registry', 'accessDecision', 'recordIds', 'recordCount'] as const;

/** As the database tells a time. */
export const tellTime = (at: Date): string => at.toISOString().replace('Z', '000');

/** @param payloadHash `content_hash` of the row */
export function hashTransaction(payloadHash: Buffer, facts: Partial<TransactionFacts>): Buffer {
  return hashContent(payloadHash, Buffer.from(textOf(facts)));
}

/** In the order of RFC 8785. */
const NAMES = Object.keys(COLUMNS).sort() as (keyof TransactionFacts)[];

/** Canonical JSON; every transaction waits for it, and its names are always the same. */
function textOf(facts: Partial<TransactionFacts>): string {
  const told = NAMES.filter((name) => name in facts).map((name) => `"${name}":${canonicalJson(facts[name] ?? null)}`);
  return `{${told.join(',')}}`;
}

/** What an entry may prove of a row, as canonical JSON: all its columns, or those that an earlier version hashed. */
export function transactionTexts(facts: TransactionFacts): string[] {
  const first = Object.fromEntries(FIRST_FACTS.map((name) => [name, facts[name]]));
  return [facts, first].map(textOf);
}

/** Whether an entry proves the row: one of this version by all its columns, an older one by those that it hashed. */
export function provesTransaction(proven: Buffer, payloadHash: Buffer, facts: TransactionFacts): boolean {
  return transactionTexts(facts).some((text) => hashContent(payloadHash, Buffer.from(text)).equals(proven));
}

/** One JSON object `facts`, of a table `t`. */
export const TRANSACTION_FACTS = selectFacts(COLUMNS, 't');

/** What an entry proves of a transaction as its row now is; call in the transaction that changed it. */
export async function proveTransaction(sql: Sql, id: string): Promise<Buffer> {
  const [row] = await sql.query<{ facts: TransactionFacts; contentHash: Buffer }>(
    `select t.content_hash as "contentHash", ${TRANSACTION_FACTS} as facts from transaction t where t.id = $1`,
    [id],
    'prove-transaction',
  );
  if (row === undefined) throw new Error('a stored transaction vanished');
  return hashTransaction(row.contentHash, row.facts);
}
