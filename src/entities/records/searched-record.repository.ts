/**
 * Typed columns beside the documents, for what is searched: a layout says which path of a record type is in which column,
 * has a table of its own, and the database keeps that as records are written (migration 0051).
 */
import { createHash } from 'node:crypto';
import type { Sql, Transactional } from '../database/database.js';
import { fillingStatement, keepingFunction, tableOf, text, type SearchedTable } from './searched-record.sql.js';

export interface SearchedColumn {
  name: string;
  type: 'text' | 'numeric';
  /** A jsonpath that gives at most one value, and one of the type. */
  path: string;
  /** How much of a text is kept. */
  length: number;
}

export interface Layout {
  registry: string;
  recordType: string;
  /** Name of the source whose copies it is of; empty for our own. */
  origin: string;
  columns: SearchedColumn[];
  /** Columns of the B-trees, such as `c1, c5, record_id`; none has a row where its first column has no value. */
  indexes: string[];
}

export interface LayoutName {
  registry: string;
  recordType: string;
  origin: string;
  digest: string;
}

export const digestOf = ({ columns, indexes }: Layout): string =>
  createHash('sha256')
    .update(JSON.stringify([columns, indexes]))
    .digest('base64url')
    .slice(0, 20);

const TABLE = `id, registry, record_type as "recordType", origin, column_names as "columnNames", column_values as "columnValues"`;

/** Those that hold every record of their type. */
export const readyLayouts = (sql: Sql): Promise<(LayoutName & { id: number })[]> =>
  sql.query(
    `select id, registry, record_type as "recordType", origin, digest from searched_layout where ready_at is not null`,
    [],
    'ready-layouts',
  );

/** Makes the layouts that are missing, each with its table, and notes that the others are in use. */
export async function keepLayouts(database: Transactional, layouts: Layout[]): Promise<void> {
  const seen = await database.query<LayoutName>(
    `update searched_layout l set seen_at = now()
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as used (registry, record_type, origin, digest)
     where l.registry = used.registry and l.record_type = used.record_type and l.origin = used.origin
       and l.digest = used.digest
     returning l.registry, l.record_type as "recordType", l.origin, l.digest`,
    [
      layouts.map(({ registry }) => registry),
      layouts.map(({ recordType }) => recordType),
      layouts.map(({ origin }) => origin),
      layouts.map(digestOf),
    ],
  );
  const nameOf = ({ registry, recordType, origin, digest }: LayoutName): string =>
    JSON.stringify([registry, recordType, origin, digest]);
  const known = new Set(seen.map(nameOf));
  const missing = layouts.filter((layout) => !known.has(nameOf({ ...layout, digest: digestOf(layout) })));
  if (missing.length === 0) return;
  await database.transaction(async (unit) => {
    await unit.query('lock table searched_layout in share row exclusive mode');
    for (const layout of missing) await makeLayout(unit, layout);
    await renewFunction(unit);
  });
}

async function makeLayout(sql: Sql, layout: Layout): Promise<void> {
  const { registry, recordType, origin, columns, indexes } = layout;
  const names = columns.map(({ name }) => name).join(', ');
  const [made] = await sql.query<{ id: number }>(
    `insert into searched_layout (registry, record_type, origin, digest, column_names, column_values, indexes)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing returning id`,
    [registry, recordType, origin, digestOf(layout), names, columns.map(valueOf).join(', '), indexes],
  );
  if (made === undefined) return;
  const table = tableOf(made.id);
  const types = columns.map(({ name, type }) => `${name} ${type}${type === 'text' ? ' collate "C"' : ''}`);
  // What index-only scans rest on is kept up while records only come in.
  await sql.query(`create table ${table} (record_id uuid primary key, ${types.join(', ')})
    with (autovacuum_vacuum_insert_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02)`);
}

function valueOf({ type, path, length }: SearchedColumn): string {
  const value = `jsonb_path_query_first(r.data, ${text(path)})`;
  return type === 'numeric' ? `${value}::numeric` : `left(${value} #>> '{}', ${length})`;
}

async function renewFunction(sql: Sql): Promise<void> {
  const tables = await sql.query<SearchedTable>(`select ${TABLE} from searched_layout order by id`);
  await sql.query(keepingFunction(tables));
}

/**
 * Reads records that were there before their layout into it, a batch a transaction; gives how many, at most about `most`.
 * A layout is begun when every transaction that may have missed it has ended; of one that a dump brought from a cluster that
 * had counted further, they have.
 */
export async function fillLayouts(sql: Sql, { batch, most }: { batch: number; most: number }): Promise<number> {
  const open = await sql.query<SearchedTable>(
    `select ${TABLE} from searched_layout where filled_at is null and (made_in < settled_below() or made_in >= pg_snapshot_xmax(pg_current_snapshot())) order by id`,
  );
  let filled = 0;
  for (const table of open)
    for (let taken = batch; taken === batch; filled += taken) {
      if (filled >= most) return filled;
      const [row] = await sql.query<{ taken: number }>(fillingStatement(table), [batch]);
      taken = row?.taken ?? 0;
      if (taken < batch) await finishLayout(sql, table);
    }
  return filled;
}

/** The planner must know it before the first search does. */
async function finishLayout(sql: Sql, { id }: SearchedTable): Promise<void> {
  await sql.query(`analyze ${tableOf(id)}`);
  await sql.query('update searched_layout set filled_at = now() where id = $1', [id]);
}

/** Some 10 000 records: one pass over fewer is as fast as any index, and empty registries need no files. */
const INDEXED_BYTES = 1_000_000;

interface MissingIndex {
  table: string;
  name: string;
  columns: string;
  /** Of a build that was cut short. */
  broken: boolean;
}

/** B-trees of tables that have grown, built beside writers; a layout that is filled and has its own is searched from now on. */
export async function indexLayouts(database: Sql & { alone(text: string): Promise<void> }): Promise<void> {
  const missing = await database.query<MissingIndex>(
    `select t.relname as table, wanted.name, wanted.columns, i.indexrelid is not null as broken
     from searched_layout l
     join pg_class t on t.oid = to_regclass('searched_record_' || l.id) and pg_relation_size(t.oid) >= ${INDEXED_BYTES}
     cross join lateral (select t.relname || '_' || place as name, columns
       from unnest(l.indexes) with ordinality as listed (columns, place)) wanted
     left join pg_index i on i.indrelid = t.oid and i.indexrelid = to_regclass(wanted.name)
     where l.filled_at is not null and i.indisvalid is not true order by l.id`,
  );
  for (const { table, name, columns, broken } of missing) {
    if (broken) await database.alone(`drop index concurrently ${name}`);
    await database.alone(
      `create index concurrently ${name} on ${table} (${columns}) where ${columns.split(',')[0]} is not null`,
    );
  }
  await openLayouts(database);
}

/** Those that wait for no index. */
export async function openLayouts(sql: Sql): Promise<void> {
  await sql.query(
    `update searched_layout l set ready_at = now() where ready_at is null and filled_at is not null and (
       pg_relation_size(to_regclass('searched_record_' || l.id)) < ${INDEXED_BYTES}
       or (select count(*) from pg_index i
         where i.indrelid = to_regclass('searched_record_' || l.id) and i.indisvalid and not i.indisprimary)
           = cardinality(indexes))`,
  );
}

/** Layouts that no process has used for a day (a definition was changed, a source removed), and tables left by such. */
export async function dropUnusedLayouts(database: Transactional): Promise<void> {
  const left = await database.query<{ name: string }>(
    `select c.relname as name from pg_class c
     where c.relkind = 'r' and c.relname ~ '^searched_record_[0-9]+$' and c.relnamespace = current_schema()::regnamespace
       and not exists (select from searched_layout l where c.relname = 'searched_record_' || l.id)`,
  );
  for (const { name } of left) await database.query(`drop table if exists ${name}`);
  await database.transaction(async (unit) => {
    const gone = await unit.query(`delete from searched_layout where seen_at < now() - interval '1 day' returning id`);
    // A statement that is under way may still write the table: it goes in the next run.
    if (gone.length > 0) await renewFunction(unit);
  });
}
