/** Looking up earlier transactions of one sender, for `txn/status` and for callbacks. Refused ones were never accepted. */
import type { Operation, Registry, TransactionStatus } from '../protocol/vocabulary.js';
import type { DataVault } from './data-vault.js';
import type { Sql } from './database.js';
import { openPayload, type TransactionChannel } from './transaction.repository.js';

export interface EarlierRequest {
  senderId: string;
  registry: Registry;
  operations: Operation[];
}

export interface EarlierTransaction {
  id: string;
  transactionId: string;
  correlationId: string;
  channel: TransactionChannel;
  operation: Operation;
  status: TransactionStatus;
  receivedAt: Date;
  referenceIds: string[];
  accessDecision: unknown;
  /** Unsigned messages as stored; undefined once they were purged, or before there is an answer. */
  request: unknown;
  response: unknown;
}

export type Key =
  | { transactionIds: string[] }
  | { correlationId: string }
  /** Ids of items, wherever they stood. */
  | { referenceIds: string[] };

/** Reference ids are looked for in so many of the sender's newest transactions: no index serves them. */
const NEWEST = 20_000;
const MOST = 100;

/** Newest first, at most 100. */
export async function findEarlier(
  sql: Sql,
  vault: DataVault,
  { senderId, registry, operations }: EarlierRequest,
  key: Key,
): Promise<EarlierTransaction[]> {
  const [condition, value] = conditionOf(key);
  const from =
    'referenceIds' in key
      ? `(select * from transaction where sender_id = $1 order by id desc limit ${NEWEST}) t`
      : 'transaction t';
  const rows = await sql.query<Row>(
    `select id, transaction_id, correlation_id, channel, operation, status, received_at, reference_ids, access_decision,
       data_key_id, request_sealed, response_sealed
     from ${from}
     where sender_id = $1 and registry = $2 and operation = any ($3) and error_id is null and channel <> 'INBOUND'
       and ${condition}
     order by id desc limit ${MOST}`,
    [senderId, registry, operations, value],
  );
  return Promise.all(rows.map((row) => open(vault, row)));
}

/** Whether a request between us and this sender has a correlation id. */
export async function findByCorrelation(
  sql: Sql,
  request: { senderId: string; registry: Registry; operation: Operation; correlationId: string },
): Promise<boolean> {
  const rows = await sql.query(
    `select 1 from transaction where correlation_id = $1 and sender_id = $2 and registry = $3 and operation = $4
       and error_id is null limit 1`,
    [request.correlationId, request.senderId, request.registry, request.operation],
  );
  return rows.length > 0;
}

function conditionOf(key: Key): [condition: string, value: unknown] {
  if ('transactionIds' in key) return ['transaction_id = any ($4)', key.transactionIds];
  if ('correlationId' in key) return ['correlation_id = $4', key.correlationId];
  return ['reference_ids && $4::text[]', key.referenceIds];
}

interface Row {
  id: string;
  transaction_id: string;
  correlation_id: string;
  channel: TransactionChannel;
  operation: Operation;
  status: TransactionStatus;
  received_at: string;
  reference_ids: string[];
  access_decision: unknown;
  data_key_id: string | null;
  request_sealed: Buffer | null;
  response_sealed: Buffer | null;
}

async function open(vault: DataVault, row: Row): Promise<EarlierTransaction> {
  const payload = (name: 'request' | 'response', sealed: Buffer | null) =>
    openPayload(vault, row.data_key_id, sealed, `transaction:${row.id}:${name}`);
  return {
    id: row.id,
    transactionId: row.transaction_id,
    correlationId: row.correlation_id,
    channel: row.channel,
    operation: row.operation,
    status: row.status,
    receivedAt: new Date(row.received_at),
    referenceIds: row.reference_ids,
    accessDecision: row.access_decision,
    request: await payload('request', row.request_sealed),
    response: await payload('response', row.response_sealed),
  };
}
