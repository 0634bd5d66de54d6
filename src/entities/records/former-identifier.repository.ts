/**
 * Numbers that a record no longer has, as its subject's, which the database keeps (migration 0185), or as those of persons
 * inside it: an access report that is asked for by one still finds what was told then.
 */
import type { Database, Sql } from '../database/database.js';
import { firstId } from '../database/partitions.js';
import type { Identifier } from './record.repository.js';

export interface FormerIdentifier extends Identifier {
  recordId: string;
  endedAt: Date;
}

/** @param whose of the record's own subject, or of somebody inside; who is both is the subject */
export async function keepFormer(sql: Sql, former: FormerIdentifier[], whose: 'OWN' | 'INSIDE'): Promise<void> {
  if (former.length === 0) return;
  await sql.query(
    `insert into former_identifier as f (record_id, registry, record_type, type, value, ended_at, inside)
     select r.id, r.registry, r.record_type, g.type, g.value, max(g.ended_at), $5
     from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[]) as g (id, type, value, ended_at)
     join registry_record r on r.id = g.id group by r.id, g.type, g.value
     on conflict (registry, type, value, record_id) do update
       set ended_at = greatest(f.ended_at, excluded.ended_at), inside = f.inside and excluded.inside`,
    [
      former.map(({ recordId }) => recordId),
      former.map(({ type }) => type),
      former.map(({ value }) => value),
      former.map(({ endedAt }) => endedAt),
      whose === 'INSIDE',
    ],
    'keep-former',
  );
}

const BATCH = 5000;
const PLACE = 'former_identifiers';

// Only of records that are found by identifiers of their own: of others, such as those of a live source, none is kept here.
const FILL = `
with batch as (
  select id, record_id, registry, record_type, identifiers from registry_event where id > $1 order by id limit ${BATCH}
), told as (
  select distinct record_id, registry, record_type, one ->> 'type' as type, normal_identifier(one ->> 'value') as value
  from batch, jsonb_array_elements(identifiers) as one
), kept as (
  insert into former_identifier (record_id, registry, record_type, type, value)
  select record_id, registry, record_type, type, value from told t
  where exists (select 1 from record_identifier i where i.record_id = t.record_id)
    and not exists (
      select 1 from record_identifier i where i.record_id = t.record_id and i.type = t.type and i.value = t.value)
  on conflict do nothing returning 1
)
select (select id from batch order by id desc limit 1) as last, (select count(*)::int from batch) as read,
  (select count(*)::int from kept) as kept`;

/** Reads those that went before the table was there from the events that are still kept; afterwards there is nothing to do. */
export async function fillFormerIdentifiers(database: Pick<Database, 'transaction'>): Promise<number> {
  let filled = 0;
  for (let read = BATCH; read === BATCH;)
    read = await database.transaction(async (unit) => {
      const [state] = await unit.query<{ value: string }>(
        `select value #>> '{}' as value from gateway_state where key = $1 for update`,
        [PLACE],
      );
      if (state === undefined) return 0;
      const [batch] = await unit.query<{ last: string | null; read: number; kept: number }>(FILL, [state.value]);
      filled += batch?.kept ?? 0;
      if (batch?.read === BATCH)
        await unit.query('update gateway_state set value = to_jsonb($2::text) where key = $1', [PLACE, batch.last]);
      else await unit.query('delete from gateway_state where key = $1', [PLACE]);
      return batch?.read ?? 0;
    });
  return filled;
}

// Record by record along its index: one walk through all of them, however many are old.
const FORGET = `
with batch as (
  select distinct record_id from former_identifier where record_id > $1 order by record_id limit ${BATCH}
), gone as (
  delete from former_identifier f using batch b where f.record_id = b.record_id and f.ended_at < $2
    and not exists (select 1 from disclosure d where d.record_id = f.record_id and d.transaction_id < $3)
    and not exists (select 1 from delivery d where d.record_id = f.record_id and d.id < $3) returning 1
)
select record_id as last, (select count(*)::int from gone) as gone from batch order by record_id desc limit 1`;

/** What was told under them is gone; what a legal hold kept of it keeps them. */
export async function forgetFormerIdentifiers(sql: Sql, until: Date): Promise<number> {
  let forgotten = 0;
  for (let last: string | undefined = FIRST; last !== undefined;) {
    const [batch]: { last: string; gone: number }[] = await sql.query(FORGET, [last, until, firstId(until)]);
    forgotten += batch?.gone ?? 0;
    last = batch?.last;
  }
  return forgotten;
}
const FIRST = '00000000-0000-0000-0000-000000000000';
