/**
 * The one statement that writes transactions: claim of the message id, row, outbox event, audit entry and due work commit
 * together. Rows that come while two writes are under way share the next one, as PostgreSQL's own group commit does: each
 * caller still waits for its commit, and sixteen cost little more than one.
 */
import DataLoader from 'dataloader';
import type { Sql } from './database.js';

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
} as const;

export type TransactionRow = Record<keyof typeof COLUMNS | keyof typeof BESIDE, unknown>;

const TYPES = Object.entries({ ...COLUMNS, ...BESIDE });
const NAMES = TYPES.map(([name]) => name) as (keyof TransactionRow)[];
const MAX_ROWS = 16;
const MAX_UNDER_WAY = 2;

const writers = new WeakMap<Sql, DataLoader<TransactionRow, boolean>>();

/** Whether the row was written; false where its message id was claimed before. */
export function writeTransaction(sql: Sql, row: TransactionRow): Promise<boolean> {
  let writer = writers.get(sql);
  if (writer === undefined) writers.set(sql, (writer = createWriter(sql)));
  return writer.load(row);
}

function createWriter(sql: Sql): DataLoader<TransactionRow, boolean> {
  const waiting: (() => void)[] = [];
  let underWay = 0;
  const begin = (): void => {
    if (underWay >= MAX_UNDER_WAY) return;
    const write = waiting.shift();
    if (write === undefined) return;
    underWay += 1;
    // After everything that this turn of the event loop has ready.
    setImmediate(write);
  };
  const write = async (rows: readonly TransactionRow[]): Promise<(boolean | Error)[]> => {
    try {
      return await writeTogether(sql, rows);
    } finally {
      underWay -= 1;
      begin();
    }
  };
  const schedule = (dispatch: () => void): void => {
    waiting.push(dispatch);
    begin();
  };
  return new DataLoader(write, { cache: false, maxBatchSize: MAX_ROWS, batchScheduleFn: schedule });
}

/** One row that cannot be written takes no other with it. */
async function writeTogether(sql: Sql, rows: readonly TransactionRow[]): Promise<(boolean | Error)[]> {
  try {
    return await insert(sql, rows);
  } catch (error) {
    if (rows.length === 1) throw error;
    return Promise.all(rows.map((row) => insert(sql, [row]).then(([written = false]) => written, asError)));
  }
}

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

async function insert(sql: Sql, rows: readonly TransactionRow[]): Promise<boolean[]> {
  const values = rows.flatMap((row) => NAMES.map((name) => row[name]));
  const written = await sql.query<{ id: string }>(statement(rows.length), values, `record-${rows.length}-transactions`);
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
), due as (insert into accepted_request (id, due_at) select id, due_at from go where due_at is not null)
select id from go`);
}

function rowsOfParameters(count: number): string {
  const row = (start: number) => `(${TYPES.map(([, type], index) => `$${start + index}::${type}`).join(', ')})`;
  return Array.from({ length: count }, (_, index) => row(1 + index * TYPES.length)).join(', ');
}
