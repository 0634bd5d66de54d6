/**
 * Events as work, and the sealed versions that they made. A batch is taken by locking its rows: what a dead process held
 * is free again at once, and what a hanging one holds after 15 seconds.
 */
import type { Registry } from '../../protocol/vocabulary.js';
import type { Sql } from '../database/database.js';
import type { Identifier } from './record.repository.js';

export interface WaitingEvent {
  id: string;
  registry: Registry;
  recordType: string;
  eventType: string;
  recordId: string;
  version: number;
  identifiers: Identifier[];
  createdAt: Date;
}

const EVENT = `e.id, e.registry, e.record_type as "recordType", e.event_type as "eventType", e.record_id as "recordId",
  e.version::float8 as version, e.identifiers, e.created_at as "createdAt"`;

/** Oldest first, of each subject only the lowest version. Locked until the transaction ends. */
export async function takeEvents(sql: Sql, limit: number): Promise<WaitingEvent[]> {
  await sql.query(`set local idle_in_transaction_session_timeout = '15s'`);
  const rows = await sql.query<EventRow>(
    `select ${EVENT} from registry_event e
     where e.fanned_out_at is null and not exists (
       select 1 from registry_event lower
       where lower.record_id = e.record_id and lower.version < e.version and lower.fanned_out_at is null)
     order by e.id limit $1 for update of e skip locked`,
    [limit],
  );
  return rows.map(readEvent);
}

export async function findEvent(sql: Sql, id: string): Promise<WaitingEvent | undefined> {
  const [row] = await sql.query<EventRow>(`select ${EVENT} from registry_event e where e.id = $1`, [id], 'find-event');
  return row && readEvent(row);
}

export async function markFannedOut(sql: Sql, ids: string[], now: Date): Promise<void> {
  await sql.query('update registry_event set fanned_out_at = $2 where id = any($1::uuid[])', [ids, now]);
}

type EventRow = Omit<WaitingEvent, 'createdAt'> & { createdAt: string };
const readEvent = (row: EventRow): WaitingEvent => ({ ...row, createdAt: new Date(row.createdAt) });
