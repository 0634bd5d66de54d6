/**
 * Reading the outbox in commit order: only below the oldest transaction of this database still running, ordered by `xid8`
 * and sequence, so that a late commit is never skipped. A long write transaction delays the tail, never loses a row.
 */
import { createHash } from 'node:crypto';
import type { Sql } from '../database/database.js';
import type { OutboxDetail, Topic } from './outbox.repository.js';

export interface TailPosition {
  /** `xid8` as text. */
  xid: string;
  seq: string;
}

export interface TailEvent {
  position: TailPosition;
  topic: Topic;
  subject: string;
  detail: OutboxDetail;
}

const LAST_SEQ = '9223372036854775807';

/** The position behind everything that can be read now. */
export async function currentPosition(sql: Sql): Promise<TailPosition> {
  const [row] = await sql.query<{ xid: string }>(
    'select (settled_below()::text::numeric - 1)::text as xid',
    [],
    'tail-position',
  );
  return { xid: row?.xid ?? '0', seq: LAST_SEQ };
}

/** Up to `limit` events behind `after`, and not behind `until` where given. */
export async function readTail(
  sql: Sql,
  after: TailPosition,
  limit: number,
  until?: TailPosition,
): Promise<TailEvent[]> {
  const rows = await sql.query<{ xid: string; seq: string; topic: Topic; subject: string; detail: OutboxDetail }>(
    `select xid::text as xid, seq, topic, subject, detail from outbox_event
     where (xid, seq) > ($1::xid8, $2::bigint) and xid < (select settled_below())
       and ($4::xid8 is null or (xid, seq) <= ($4::xid8, $5::bigint))
     order by outbox_event.xid, seq limit $3`,
    [after.xid, after.seq, limit, until?.xid ?? null, until?.seq ?? null],
    'tail-read',
  );
  return rows.map(({ xid, seq, ...event }) => ({ position: { xid, seq }, ...event }));
}

export interface TailState {
  /** A restore begins a new one: positions of another say nothing about this database. */
  epoch: string;
  /** Events up to here were purged; `0` = none. */
  purged: string;
}

export async function readTailState(sql: Sql): Promise<TailState> {
  const rows = await sql.query<{ key: string; value: string }>(
    `select key, value #>> '{}' as value from gateway_state where key in ('epoch', 'outbox_purged')`,
  );
  const values = new Map(rows.map(({ key, value }) => [key, value]));
  const begun = values.get('epoch');
  if (begun === undefined) throw new Error('the database has no epoch: migrate it');
  const epoch = createHash('sha256')
    .update(begun)
    .update(await readCluster(sql))
    .digest('base64url')
    .slice(0, 16);
  return { epoch, purged: values.get('outbox_purged') ?? '0' };
}

/**
 * Which database of which cluster on which timeline: another one after a restore or a failover, so that nobody has to
 * remember to begin an epoch. Where a managed server does not tell, the stored epoch alone counts.
 */
async function readCluster(sql: Sql): Promise<string> {
  try {
    const [row] = await sql.query<{ cluster: string }>(
      `select concat_ws(' ', system_identifier, left(pg_walfile_name(pg_current_wal_lsn()), 8), d.oid) as cluster
       from pg_control_system(), pg_database d where d.datname = current_database()`,
    );
    return row?.cluster ?? '';
  } catch (error) {
    if (NOT_TOLD.has((error as { code?: string }).code ?? '')) return '';
    throw error;
  }
}

/** SQLSTATE: insufficient privilege, undefined function, feature not supported. */
const NOT_TOLD = new Set(['42501', '42883', '0A000']);

/** For how many seconds committed events have waited for an older transaction to end; 0 when none waits. */
export async function readTailLag(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ lag: number | null }>(
    `select extract(epoch from clock_timestamp() - min(created_at))::float8 as lag from outbox_event
     where xid >= (select settled_below())`,
    [],
    'tail-lag',
  );
  return row?.lag ?? 0;
}

/** A write transaction of this database that others wait for. */
export interface TailHolder {
  /** Of its session; null where it was prepared, and no session has it. */
  pid: number | null;
  /** As the session calls itself, where its role lets us see that. */
  application: string | null;
  openSeconds: number | null;
}

/** Whom the live tail and the seals wait for; undefined when nobody writes. */
export async function readTailHolder(sql: Sql): Promise<TailHolder | undefined> {
  const [row] = await sql.query<TailHolder>(
    `select held.pid, nullif(session.application_name, '') as application,
       extract(epoch from clock_timestamp() - coalesce(session.xact_start, prepared.prepared))::float8 as "openSeconds"
     from (select settled_below()::xid as xid) oldest
       join pg_locks held on held.locktype = 'transactionid' and held.granted and held.transactionid = oldest.xid
       left join pg_stat_activity session on session.pid = held.pid
       left join pg_prepared_xacts prepared on prepared.transaction = oldest.xid`,
    [],
    'tail-holder',
  );
  return row;
}

/** Before events are purged: cursors of before are refused from then on, since what came behind them is gone. */
export async function rememberPurged(sql: Sql, partition: string): Promise<void> {
  await sql.query(
    `insert into gateway_state (key, value) select 'outbox_purged', to_jsonb(max(xid)::text) from ${partition}
     having max(xid) is not null
     on conflict (key) do update set value = excluded.value
       where (gateway_state.value #>> '{}')::xid8 < (excluded.value #>> '{}')::xid8`,
  );
}
