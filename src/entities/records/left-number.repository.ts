/**
 * Numbers that a record has just lost, by its end or by a correction. Whoever gets one is told of behind what is still to be
 * told under it: a receiver that goes by the number would take the one for the other.
 */
import type { Sql } from '../database/database.js';
import { waitingRecord } from '../queues/waiting-event.sql.js';
import type { Identifier } from './record.repository.js';

const keyOf = (row: string, type: string): string =>
  `number_key(${row}.registry, ${row}.record_type, ${type}.type, ${type}.value)`;
const AGAIN = 'on conflict (number, record_id) do update set left_at = excluded.left_at';

/** Identifiers that `gone` took from records, as a statement that begins with it. */
export const leaving = (gone: string): string => `
with gone as (${gone} returning i.registry, i.record_type, i.record_id, i.type, i.value)
insert into left_number (number, record_id) select distinct ${keyOf('gone', 'gone')}, gone.record_id from gone ${AGAIN}`;

/** Those of records that end by these events. */
export async function leaveWith(sql: Sql, eventIds: string[]): Promise<void> {
  if (eventIds.length === 0) return;
  await sql.query(
    `insert into left_number (number, record_id)
     select distinct ${keyOf('e', 'one')}, e.record_id
     from registry_event e, jsonb_to_recordset(e.identifiers) as one (type text, value text)
     where e.id = any($1::uuid[]) ${AGAIN}`,
    [eventIds],
    'leave-numbers',
  );
}

/** Those that a correction took from records of which no number is kept here. */
export async function leaveNumbers(sql: Sql, lost: readonly LostNumber[]): Promise<void> {
  if (lost.length === 0) return;
  await sql.query(
    `insert into left_number (number, record_id)
     select distinct ${keyOf('lost', 'lost')}, lost.record_id
     from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[])
       as lost (record_id, registry, record_type, type, value) ${AGAIN}`,
    [
      lost.map(({ recordId }) => recordId),
      lost.map(({ registry }) => registry),
      lost.map(({ recordType }) => recordType),
      lost.map(({ type }) => type),
      lost.map(({ value }) => value),
    ],
    'leave-lost-numbers',
  );
}

export interface LostNumber extends Identifier {
  recordId: string;
  registry: string;
  recordType: string;
}

/** A number of an event's record. */
export interface Named extends Identifier {
  event: { id: string; registry: string; recordType: string; recordId: string };
}

interface Former {
  eventId: string;
  recordId: string;
  leftAt: string;
}

const FORMER = `
select one.event_id as "eventId", l.record_id as "recordId", max(l.left_at) as "leftAt"
from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::text[], $6::text[])
    as one (event_id, registry, record_type, record_id, type, value)
  join left_number l on l.number = ${keyOf('one', 'one')} and l.record_id <> one.record_id
group by one.event_id, l.record_id`;

// Pending is what has not ended: said so, no index of all that is pending looks as good as the key.
const STILL_TOLD = `
select e.id, array_agg(distinct b.id) as before
from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as former (event_id, record_id, left_at)
  join registry_event e on e.id = former.event_id
  join registry_event b on b.record_id = former.record_id and b.created_at <= former.left_at
    and (b.created_at, b.id) < (e.created_at, e.id)
where b.fanned_out_at is null or exists (select from delivery d where d.event_id = b.id and d.finished_at is null)
group by e.id`;

/** By event, those before it that are still to be told of who had one of these numbers of its record. */
export async function eventsBefore(sql: Sql, named: readonly Named[]): Promise<Map<string, string[]>> {
  if (named.length === 0) return new Map();
  const former = await sql.query<Former>(
    FORMER,
    [
      named.map(({ event }) => event.id),
      named.map(({ event }) => event.registry),
      named.map(({ event }) => event.recordType),
      named.map(({ event }) => event.recordId),
      named.map(({ type }) => type),
      named.map(({ value }) => value),
    ],
    'former-of-numbers',
  );
  if (former.length === 0) return new Map();
  const rows = await sql.query<{ id: string; before: string[] }>(STILL_TOLD, [
    former.map(({ eventId }) => eventId),
    former.map(({ recordId }) => recordId),
    former.map(({ leftAt }) => leftAt),
  ]);
  return new Map(rows.map(({ id, before }) => [id, before]));
}

// As comparisons, both stay questions about one record: as joins they would read all events. What left again meanwhile stays.
const FORGET = `
with looked as materialized (
  select number, record_id, left_at from left_number where (number, record_id) > ($1::bigint, $2::uuid)
  order by number, record_id limit $3
), gone as (
  delete from left_number l using looked
  where l.number = looked.number and l.record_id = looked.record_id and l.left_at = looked.left_at
    and exists (select from registry_event e where ${waitingRecord('e')} = l.record_id) is not true
    and exists (select from delivery d where (case when d.state = 'PENDING' then d.record_id end) = l.record_id) is not true
  returning 1
)
select number::text, record_id as "recordId", (select count(*)::int from gone) as gone
from looked order by looked.number desc, record_id desc limit 1`;

const LOOKED_AT_ONCE = 5000;
const FIRST = { number: String(-(2n ** 63n)), recordId: '00000000-0000-0000-0000-000000000000' };

/** Those under which nothing is left to be told. Each is looked at once, however many are kept. Gives their number. */
export async function forgetLeft(sql: Sql): Promise<number> {
  let forgotten = 0;
  for (let last: typeof FIRST | undefined = FIRST; last !== undefined;) {
    const values: unknown[] = [last.number, last.recordId, LOOKED_AT_ONCE];
    const [row]: (typeof FIRST & { gone: number })[] = await sql.query(FORGET, values, 'forget-left');
    forgotten += row?.gone ?? 0;
    last = row;
  }
  return forgotten;
}

/** An end of a record, as a receiver is to be told of it. */
export interface ToldEnd {
  eventId: string;
  senderId: string;
  target: string;
  identifiers: Identifier[];
  /** Whether others of the same subject may have had the number all along. */
  several: boolean;
}

// Of another origin is who was served before a source was.
const IN_USE = `
select g.place, array_agg(distinct g.type || ' ' || g.value) as used
from unnest($1::int[], $2::uuid[], $3::text[], $4::text[], $5::boolean[], $6::text[], $7::text[])
    as g (place, event_id, sender_id, target, several, type, value)
  join registry_event e on e.id = g.event_id
  join registry_record ended on ended.id = e.record_id
  join record_identifier i on i.registry = e.registry and i.type = g.type and i.value = g.value
    and i.record_type = e.record_type
  join registry_record now on now.id = i.record_id and now.origin = ended.origin
where (not g.several or now.id = ended.id or now.created_at >= ended.deleted_at)
  and exists (select from delivery d join registry_event later on later.id = d.event_id
    where d.record_id = i.record_id and d.sender_id = g.sender_id and d.target = g.target and d.told is not null
      and (later.created_at, later.id) > (e.created_at, e.id))
group by g.place`;

/** Of each, those numbers that are in use again, by which its receiver was told of somebody since. */
export async function numbersInUse(sql: Sql, ends: readonly ToldEnd[]): Promise<Identifier[][]> {
  const rows = ends.flatMap(({ identifiers, ...end }, place) => identifiers.map((one) => ({ ...end, ...one, place })));
  const found = await sql.query<{ place: number; used: string[] }>(
    IN_USE,
    [
      rows.map(({ place }) => place),
      rows.map(({ eventId }) => eventId),
      rows.map(({ senderId }) => senderId),
      rows.map(({ target }) => target),
      rows.map(({ several }) => several),
      rows.map(({ type }) => type),
      rows.map(({ value }) => value),
    ],
    'numbers-in-use',
  );
  const used = new Map(found.map((row) => [row.place, row.used]));
  return ends.map(({ identifiers }, place) =>
    identifiers.filter(({ type, value }) => used.get(place)?.includes(`${type} ${value}`) === true),
  );
}
