import { Migration } from '@mikro-orm/migrations';
import { NUMBERS, WORDS } from '../records/searched-record.repository.js';

const numbered = (letter: string, count: number, each: (name: string, index: number) => string): string =>
  Array.from({ length: count }, (_, index) => each(`${letter}${index + 1}`, index + 1)).join(', ');
const COLUMNS = `${numbered('w', WORDS, (name) => name)}, ${numbered('n', NUMBERS, (name) => name)}`;

/** What the searches of a layout compare and sort by, read out of a document. */
const VALUES = `
  ${numbered('w', WORDS, (_, index) => `left(jsonb_path_query_first(r.data, l.words[${index}]) #>> '{}', l.lengths[${index}])`)},
  ${numbered('n', NUMBERS, (_, index) => `jsonb_path_query_first(r.data, l.numbers[${index}])::numeric`)}`;

/**
 * What is searched of each record in typed columns, a partition for each layout (record type of a definition). The database
 * keeps it itself, statement by statement: whoever writes records, an older version beside us included, keeps it too.
 */
export class SearchedRecords0051 extends Migration {
  override up(): void {
    this.addSql(`
      create table searched_layout (
        id integer generated always as identity primary key,
        registry text not null,
        record_type text not null,
        origin text not null,
        words jsonpath[] not null,
        lengths integer[] not null,
        numbers jsonpath[] not null,
        digest text not null,
        made_in xid8 not null default pg_current_xact_id(),
        filled_to uuid,
        ready_at timestamptz,
        seen_at timestamptz not null default now(),
        unique (registry, record_type, origin, digest)
      )`);
    this.addSql(`
      create table searched_record (
        layout integer not null,
        record_id uuid not null,
        ${numbered('w', WORDS, (name) => `${name} text collate "C"`)},
        ${numbered('n', NUMBERS, (name) => `${name} numeric`)},
        primary key (layout, record_id)
      ) partition by list (layout)`);
    // The document is unpacked once, not once a column.
    this.addSql(`
      create function keep_searched_records() returns trigger language plpgsql as $$
      begin
        insert into searched_record as s (layout, record_id, ${COLUMNS})
        select l.id, r.id, ${VALUES}
        from (select c.id, c.registry, c.record_type, c.origin, c.data || '{}' as data from changed c
          where c.deleted_at is null offset 0) r
        join searched_layout l on l.registry = r.registry and l.record_type = r.record_type and l.origin = r.origin
        on conflict (layout, record_id) do update set
          ${numbered('w', WORDS, (name) => `${name} = excluded.${name}`)}, ${numbered('n', NUMBERS, (name) => `${name} = excluded.${name}`)};
        if exists (select 1 from changed c where c.deleted_at is not null) then
          delete from searched_record s using searched_layout l, changed c
          where c.deleted_at is not null and l.registry = c.registry and l.record_type = c.record_type
            and s.layout = l.id and s.record_id = c.id;
        end if;
        return null;
      end $$`);
    for (const change of ['insert', 'update'])
      this.addSql(`
        create trigger registry_record_searched_${change} after ${change} on registry_record
        referencing new table as changed for each statement execute function keep_searched_records()`);
    this.addSql(`
      create function fill_searched_records(of_layout integer, most integer) returns integer language plpgsql as $$
      declare
        taken uuid[];
      begin
        select array_agg(r.id order by r.id) into taken from (
          select r.id from searched_layout l join registry_record r
            on r.registry = l.registry and r.record_type = l.record_type and r.deleted_at is null
          where l.id = of_layout and r.id > coalesce(l.filled_to, '00000000-0000-0000-0000-000000000000')
          order by r.id limit most) r;
        -- Locked, so that none is deleted meanwhile; what a writer kept is newer than what was read here.
        insert into searched_record (layout, record_id, ${COLUMNS})
        select l.id, r.id, ${VALUES}
        from (select r.id, r.origin, r.data || '{}' as data from registry_record r
          where r.id = any (taken) and r.deleted_at is null for share) r
        join searched_layout l on l.id = of_layout and l.origin = r.origin
        on conflict do nothing;
        update searched_layout set filled_to = taken[cardinality(taken)] where id = of_layout and taken is not null;
        return coalesce(cardinality(taken), 0);
      end $$`);
  }
}
