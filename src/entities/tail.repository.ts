/**
 * Reading the outbox in commit order: only below the oldest transaction still running, ordered by `xid8` and sequence, so
 * that a late commit is never skipped. A long write transaction delays the tail, never loses a row.
 */
import type { Sql } from './database.js';
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
    'select (pg_snapshot_xmin(pg_current_snapshot())::text::numeric - 1)::text as xid',
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
     where (xid, seq) > ($1::xid8, $2::bigint) and xid < pg_snapshot_xmin(pg_current_snapshot())
       and ($4::xid8 is null or (xid, seq) <= ($4::xid8, $5::bigint))
     order by outbox_event.xid, seq limit $3`,
    [after.xid, after.seq, limit, until?.xid ?? null, until?.seq ?? null],
    'tail-read',
  );
  return rows.map(({ xid, seq, ...event }) => ({ position: { xid, seq: String(seq) }, ...event }));
}

export async function readEpoch(sql: Sql): Promise<string> {
  const [row] = await sql.query<{ epoch: string }>(
    `select value #>> '{}' as epoch from gateway_state where key = 'epoch'`,
  );
  if (row === undefined) throw new Error('the database has no epoch: migrate it');
  return row.epoch;
}
