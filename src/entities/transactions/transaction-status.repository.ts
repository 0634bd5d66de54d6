/** Looking up earlier transactions of one sender, for `txn/status` and for callbacks. Refused ones were never accepted. */
import { placeOfMessage } from '../deliveries/delivery-message.repository.js';
import type { Operation, Registry, TransactionStatus } from '../../protocol/vocabulary.js';
import type { DataVault } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';
import { openPayload } from './transaction.repository.js';

export interface EarlierRequest {
  senderId: string;
  registry: Registry;
  operations: readonly Operation[];
}

export interface EarlierTransaction {
  id: string;
  transactionId: string;
  correlationId: string;
  channel: string;
  operation: Operation;
  status: TransactionStatus;
  statusReasonMessage: string | null;
  receivedAt: Date;
  referenceIds: string[];
  itemCount: number;
  itemsDone: number;
  accessDecision: unknown;
  /** Null where not known. */
  consentIds: string[] | null;
  recordIds: string[];
  /** Its answer was left where it is. */
  tooLarge: boolean;
  /** Of the short form alone, as it was sent; undefined once it was purged. */
  request: unknown;
  /** As stored; undefined before there is an answer, where it went out in parts, or once it was purged. */
  response: unknown;
}

export type Key =
  | { transactionIds: string[] }
  | { correlationId: string }
  /** Ids of items, wherever they stood. */
  | { referenceIds: string[] };

/** Reference ids are looked for in so many of the sender's newest transactions: no index serves them. */
const NEWEST = 20_000;

/** Newest first. Answers that together go beyond `bytes` are left where they are, and marked as too large. */
export async function findEarlier(
  sql: Sql,
  vault: DataVault,
  { senderId, registry, operations }: EarlierRequest,
  key: Key,
  most: { transactions: number; bytes: number },
): Promise<EarlierTransaction[]> {
  const { table, condition, value } = lookUp(key);
  const rows = await sql.query<Row>(
    `select *, case when not "tooLarge" then stored end as sealed from (
       select *, coalesce(sum(octet_length(stored)) over (order by id desc) > $6, false) as "tooLarge" from (
         select id, transaction_id as "transactionId", correlation_id as "correlationId", channel, operation, status,
           status_reason_message as "statusReasonMessage", received_at as "receivedAt", reference_ids as "referenceIds",
           item_count as "itemCount", items_done as "itemsDone", access_decision as "accessDecision",
           consent_ids as "consentIds", record_ids as "recordIds", data_key_id as "dataKeyId", response_sealed as stored,
           case when channel = 'SHORT' then request_sealed end as asked
         from ${table} as t
         where sender_id = $1 and registry = $2 and operation = any ($3::text[]) and error_id is null
           and channel <> 'INBOUND' and ${condition}
         order by id desc limit $5
       ) as found
     ) as measured order by id desc`,
    [senderId, registry, operations, value, most.transactions, most.bytes],
  );
  return Promise.all(rows.map((row) => openTransaction(vault, row)));
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

/** The callbacks that answered a request, in their order, unsigned; no more than `most`, save the first. */
export async function loadCallbacks(
  sql: Sql,
  vault: DataVault,
  requestId: string,
  most: { parts: number; bytes: number },
): Promise<unknown[]> {
  const rows = await sql.query<{ id: string; dataKeyId: string | null; sealed: Buffer | null }>(
    `select id, data_key_id as "dataKeyId", message_sealed as sealed from (
       select id, page, data_key_id, message_sealed, sum(octet_length(message_sealed)) over (order by page) as bytes
       from delivery where request_id = $1
     ) as part where page = 1 or bytes <= $3 order by page limit $2`,
    [requestId, most.parts, most.bytes],
  );
  return Promise.all(
    rows.map(({ id, dataKeyId, sealed }) => openPayload(vault, dataKeyId, sealed, placeOfMessage(id))),
  );
}

/** Which items of which requests made these subscriptions of the sender. */
export function findSubscribeItems(
  sql: Sql,
  senderId: string,
  codes: string[],
): Promise<{ transactionId: string; referenceId: string }[]> {
  return sql.query(
    `select transaction_id as "transactionId", reference_id as "referenceId" from subscription
     where sender_id = $1 and code = any ($2::text[])`,
    [senderId, codes],
  );
}

function lookUp(key: Key): { table: string; condition: string; value: unknown } {
  if ('transactionIds' in key)
    return { table: 'transaction', condition: 'transaction_id = any ($4::text[])', value: key.transactionIds };
  if ('correlationId' in key)
    return { table: 'transaction', condition: 'correlation_id = $4', value: key.correlationId };
  return {
    table: `(select * from transaction where sender_id = $1 order by id desc limit ${NEWEST})`,
    condition: 'reference_ids && $4::text[]',
    value: key.referenceIds,
  };
}

type Row = Omit<EarlierTransaction, 'receivedAt' | 'request' | 'response'> & {
  receivedAt: string;
  dataKeyId: string | null;
  asked: Buffer | null;
  /** The answer as stored and, where it may be told whole, as it is to be opened. */
  stored: Buffer | null;
  sealed: Buffer | null;
};

async function openTransaction(vault: DataVault, found: Row): Promise<EarlierTransaction> {
  const { dataKeyId, asked, stored: _, sealed, receivedAt, ...row } = found;
  const open = (name: string, payload: Buffer | null): Promise<unknown> =>
    openPayload(vault, dataKeyId, payload, `transaction:${row.id}:${name}`);
  const [request, response] = await Promise.all([open('request', asked), open('response', sealed)]);
  return { ...row, receivedAt: new Date(receivedAt), request, response };
}
