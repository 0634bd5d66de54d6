/**
 * Events as work, and the sealed versions that they made. A batch is taken by locking its rows: what a dead process held
 * is free again at once, and what a hanging one holds after 15 seconds.
 */
import type { Registry } from '../../protocol/vocabulary.js';
import { currentHop, type Hop } from '../../platform/hop.js';
import { uuidv7 } from '../../platform/uuid.js';
import type { Sql } from '../database/database.js';
import { lines, linesOf } from '../database/packed.js';
import { appendOutbox } from '../queues/outbox.repository.js';
import { waitingId, waitingRecord } from '../queues/waiting-event.sql.js';
import { leaveWith } from './left-number.repository.js';
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

/** To be told, with the request that made it. */
export interface TakenEvent extends WaitingEvent {
  hop: Hop | null;
}

export interface RecordEvent {
  /** Of the record. */
  id: string;
  version: number;
  registry: Registry;
  recordType: string;
  identifiers: Identifier[];
  eventType: string;
}

/** Whether anybody may want to be told of them; if not, the first who subscribes waits until this transaction ends. */
export async function isHeard(sql: Sql, registries: readonly Registry[]): Promise<boolean> {
  const values = [[...new Set(registries)]];
  const [row] = await sql.query<{ heard: boolean }>('select is_heard($1::text[]) as heard', values, 'is-heard');
  return row?.heard !== false;
}

/**
 * As work: whoever subscribed is told. Their ids, in their order.
 *
 * @param fannedOutAt where given, nobody subscribed
 */
export async function appendEvents(
  sql: Sql,
  events: RecordEvent[],
  fannedOutAt: Date | null = null,
): Promise<string[]> {
  const ids = await insertEvents(sql, events, fannedOutAt);
  await appendOutbox(
    sql,
    'registry',
    events.map(({ registry, eventType }, index) => ({ subject: ids[index] ?? '', detail: { registry, eventType } })),
  );
  return ids;
}

/** @param fannedOutAt where given, there is nothing left to tell */
export async function insertEvents(sql: Sql, events: RecordEvent[], fannedOutAt: Date | null): Promise<string[]> {
  const ids = events.map(() => uuidv7());
  await sql.query(
    `insert into registry_event (id, registry, record_type, event_type, record_id, version, identifiers, fanned_out_at, hop)
     select e.*, $8, $9::jsonb from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::bigint[], ${linesOf('$7')}) as e`,
    [
      ids,
      events.map(({ registry }) => registry),
      events.map(({ recordType }) => recordType),
      events.map(({ eventType }) => eventType),
      events.map(({ id }) => id),
      events.map(({ version }) => version),
      lines(events.map(({ identifiers }) => JSON.stringify(identifiers))),
      fannedOutAt,
      JSON.stringify(currentHop()),
    ],
    'append-events',
  );
  const ended = fannedOutAt === null ? ids.filter((_, index) => events[index]?.eventType === 'DELETE') : [];
  await leaveWith(sql, ended);
  return ids;
}

const EVENT = `e.id, e.registry, e.record_type as "recordType", e.event_type as "eventType", e.record_id as "recordId",
  e.version::float8 as version, e.identifiers, e.created_at as "createdAt"`;

// As a comparison, `exists` stays a question about one event: as a join it would read all that waits.
const TAKEABLE = `${waitingId('e')} is not null and exists (
  select 1 from registry_event lower where ${waitingRecord('lower')} = e.record_id and lower.version < e.version) is not true
  and (e.claimed_until is null or e.claimed_until < now())`;

const TAKE = `
select ${EVENT}, e.hop from registry_event e
where ${TAKEABLE} and ($2::uuid is null or ${waitingId('e')} = $2)
order by ${waitingId('e')} limit $1 for update of e skip locked`;

/** Oldest first, of each subject only the lowest version. Locked until the transaction ends. @param only this one */
export async function takeEvents(sql: Sql, limit: number, only: string | null = null): Promise<TakenEvent[]> {
  await sql.query(`set local idle_in_transaction_session_timeout = '15s'`);
  const rows = await sql.query<EventRow<TakenEvent>>(TAKE, [limit, only]);
  return rows.map(readEvent);
}

/** Those that would be taken, of which nothing else is read. */
export async function nextEvents(sql: Sql, limit: number): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select e.id from registry_event e where ${TAKEABLE} order by ${waitingId('e')} limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/** It waits, and nobody takes it for so long. */
export async function putOffEvent(sql: Sql, id: string, seconds: number): Promise<void> {
  await sql.query('update registry_event set claimed_until = now() + make_interval(secs => $2) where id = $1', [
    id,
    seconds,
  ]);
}

/** In the order of their ids. */
export async function findEvents(sql: Sql, ids: readonly string[]): Promise<(WaitingEvent | undefined)[]> {
  const rows = await sql.query<EventRow<WaitingEvent>>(
    `select ${EVENT} from registry_event e where e.id = any($1::uuid[])`,
    [ids],
    'find-events',
  );
  const byId = new Map(rows.map((row) => [row.id, readEvent(row)]));
  return ids.map((id) => byId.get(id));
}

export async function markFannedOut(sql: Sql, ids: string[], now: Date): Promise<void> {
  await sql.query('update registry_event set fanned_out_at = $2 where id = any($1::uuid[])', [ids, now]);
}

type EventRow<Event> = Omit<Event, 'createdAt'> & { createdAt: string };
const readEvent = <Event>(row: EventRow<Event>) => ({ ...row, createdAt: new Date(row.createdAt) });
