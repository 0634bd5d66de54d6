/**
 * The one statement that writes transactions: claim of the message id, row, outbox event, audit entry and due work commit
 * together. Rows that come while a write is under way share the next one; each caller still waits for its commit.
 */
import { coalesce } from '../../platform/coalesce.js';
import type { Sql } from '../database/database.js';

/** Columns of `transaction`. */
const COLUMNS = {
  id: 'uuid',
  sender_id: 'text',
  message_id: 'text',
  transaction_id: 'text',
  correlation_id: 'text',
  action: 'text',
  channel: 'text',
  operation: 'text',
  registry: 'text',
  status: 'text',
  status_reason_code: 'text',
  status_reason_message: 'text',
  data_key_id: 'uuid',
  request_sealed: 'bytea',
  digest: 'bytea',
  response_sealed: 'bytea',
  content_hash: 'bytea',
  access_decision: 'jsonb',
  record_ids: 'uuid[]',
  item_count: 'int',
  items_done: 'int',
  received_at: 'timestamptz',
  processed_at: 'timestamptz',
  duration_ms: 'real',
  error_id: 'uuid',
  record_count: 'int',
  remote_address: 'text',
  reference_ids: 'text[]',
  consent_ids: 'uuid[]',
} as const;

/** What goes into the tables beside it. */
const BESIDE = {
  /** Whether the row is written only if its message id is new. */
  claims: 'boolean',
  detail: 'jsonb',
  audit_id: 'uuid',
  actor: 'text',
  at: 'timestamptz',
  proven: 'bytea',
  entry_hash: 'bytea',
  due_at: 'timestamptz',
  hop: 'jsonb',
} as const;

export type TransactionRow = Record<keyof typeof COLUMNS | keyof typeof BESIDE, unknown>;

const TYPES = Object.entries({ ...COLUMNS, ...BESIDE });
const NAMES = TYPES.map(([name]) => name) as (keyof TransactionRow)[];
const LIMITS = { underWay: 2, atOnce: 16, eachTurn: 8 };

const writers = new WeakMap<Sql, (row: TransactionRow) => Promise<boolean>>();

/** Whether the row was written; false where its message id was claimed before. */
export function writeTransaction(sql: Sql, row: TransactionRow): Promise<boolean> {
  let write = writers.get(sql);
  if (write === undefined) writers.set(sql, (write = coalesce((rows) => insert(sql, rows), LIMITS)));
  return write(row);
}

async function insert(sql: Sql, rows: readonly TransactionRow[]): Promise<boolean[]> {
  const values: unknown[] = [];
  for (const row of rows) for (const name of NAMES) values.push(row[name]);
  const written = await sql.query<{ id: string }>(statement(rows.length), values, `record-${rows.length}-transactions`);
  if (written.length > 0) sql.eventWritten();
  const ids = new Set(written.map(({ id }) => id));
  return rows.map(({ id }) => ids.has(id as string));
}

const statements: string[] = [];

// In the order of their keys, so that two processes which claim the same message ids never wait for each other.
function statement(count: number): string {
  const columns = Object.keys(COLUMNS).join(', ');
  return (statements[count] ??= `
with input (${NAMES.join(', ')}) as (values ${rowsOfParameters(count)}),
claim as (
  insert into seen_message (sender_id, message_id, digest, transaction_id, received_at)
  select sender_id, message_id, digest, id, received_at from input where claims order by sender_id, message_id
  on conflict do nothing returning transaction_id
), go as (select * from input where not claims or id in (select transaction_id from claim)),
txn as (insert into transaction (${columns}) select ${columns} from go),
event as (insert into outbox_event (id, topic, subject, detail) select id, 'transaction', id, detail from go),
audit as (
  insert into audit_entry (id, kind, subject, transition, actor, at, content_hash, entry_hash)
  select audit_id, 'TRANSACTION', id, status, actor, at, proven, entry_hash from go
), due as (
  insert into accepted_request (id, sender_id, due_at, hop) select id, sender_id, least(due_at, now()), hop from go where due_at is not null
)
select id from go`);
}

function rowsOfParameters(count: number): string {
  const row = (start: number) => `(${TYPES.map(([, type], index) => `$${start + index}::${type}`).join(', ')})`;
  return Array.from({ length: count }, (_, index) => row(1 + index * TYPES.length)).join(', ');
}
