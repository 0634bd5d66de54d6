/** Statements that keep the tables of searched columns; names and values of columns come from a definition, never from a request. */

/** A table of searched columns, and what is read into it. */
export interface SearchedTable {
  id: number;
  registry: string;
  recordType: string;
  origin: string;
  /** `c1, c2` */
  columnNames: string;
  /** Read out of a document `r.data`. */
  columnValues: string;
}

export const tableOf = (layout: number): string => `searched_record_${layout}`;

export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

const ofKind = ({ registry, recordType, origin }: SearchedTable, table: string): string =>
  `${table}.registry = ${text(registry)} and ${table}.record_type = ${text(recordType)} and ${table}.origin = ${text(origin)}`;

/** One function with a step for each layout, so that only the steps of what was written are planned, and once a session. */
export const keepingFunction = (tables: SearchedTable[]): string => `
  create or replace function keep_searched_records() returns trigger language plpgsql as $keep$
  declare
    kind text;
  begin
    for kind in select distinct registry || ' ' || record_type || ' ' || origin from changed loop
      ${tables.map(keepOne).join('')}
    end loop;
    return null;
  end $keep$`;

// The document is unpacked once, not once a column.
const keepOne = (table: SearchedTable): string => `
      if kind = ${text(`${table.registry} ${table.recordType} ${table.origin}`)} then
        insert into ${tableOf(table.id)} (record_id, ${table.columnNames})
        select r.id, ${table.columnValues}
        from (select c.id, c.data || '{}' as data from changed c
          where ${ofKind(table, 'c')} and c.deleted_at is null offset 0) r
        on conflict (record_id) do update set (${table.columnNames}) =
          row (${table.columnNames.replaceAll(/\w+/g, (name) => `excluded.${name}`)});
        if tg_op = 'UPDATE' then
          delete from ${tableOf(table.id)} s using changed c where c.deleted_at is not null and s.record_id = c.id;
        end if;
      end if;`;

/**
 * Reads the next records, in the order of their ids, into a layout that was made after them. They are locked, so that none
 * is deleted meanwhile; what a writer kept is newer than what was read here.
 *
 * @returns statement with the most as its parameter, which gives how many were `taken`
 */
export const fillingStatement = (table: SearchedTable): string => `
  with next as materialized (
    select r.id from registry_record r
    where r.registry = ${text(table.registry)} and r.record_type = ${text(table.recordType)} and r.deleted_at is null
      and r.id > (select coalesce(filled_to, '00000000-0000-0000-0000-000000000000') from searched_layout where id = ${table.id})
    order by r.id limit $1
  ), locked as materialized (
    select r.id, r.data || '{}' as data from registry_record r
    where r.id = any (array(select id from next)) and ${ofKind(table, 'r')} and r.deleted_at is null for share
  ), filled as (
    insert into ${tableOf(table.id)} (record_id, ${table.columnNames})
    select r.id, ${table.columnValues} from locked r on conflict do nothing
  ), noted as (
    update searched_layout set filled_to = (select id from next order by id desc limit 1)
    where id = ${table.id} and exists (select from next)
  )
  select count(*)::int as taken from next`;
