/** The operator's publication, as the source's own catalog has it: checked, never made or altered; what is missing is said as SQL. */
import { hash } from 'node:crypto';
import { sql } from 'kysely';
import type { Finding, Place } from './finding.js';
import type { OpenSource } from './source-connections.js';
import { SourceFault } from './source-fault.js';
import type { SourceFile } from './source-file.schema.js';
import { placesOf, watchedTables, wordsOf, type WatchedTable } from './watched-tables.js';

/** A table of the file, and what the source knows it as. */
export interface PublishedTable {
  watched: WatchedTable;
  /** Undefined where there is no such table; its name and those of its columns as SQL writes them. */
  table?: {
    oid: number;
    schema: string;
    name: string;
    written: string;
    kind: string;
    identity: string;
    columns: Map<string, string>;
    /** Its columns of JSON. */
    documents: string[];
    /** Tables that inherit from it: their rows are its rows, and told of under their own names. */
    heirs: Heir[];
  };
  /** Of its replica identity. */
  key: string[];
  /** Columns that are published; undefined where it is not. */
  published?: string[];
  hasRowFilter: boolean;
}

interface Heir {
  oid: number;
  written: string;
  identity: string;
  key: string[];
  isPublished: boolean;
}

export type TableThere = PublishedTable & Required<Pick<PublishedTable, 'table'>>;

const isThere = (one: PublishedTable): one is TableThere => one.table !== undefined;

/** Changes cannot be read as the file asks; another way may do. */
export class CaptureRefused extends SourceFault {}

export const publicationOf = ({ capture, source }: SourceFile): string =>
  capture.publication ?? `dci_${source.name.replaceAll('-', '_')}`;

export async function publishedTables({ file, reader }: OpenSource): Promise<PublishedTable[]> {
  const watched = watchedTables(file);
  const rows = await reader.database.query(sql`
    select given.name as given, c.oid, n.nspname as schema, c.relname as name, c.relkind as kind, c.relreplident as identity,
      quote_ident(n.nspname) || '.' || quote_ident(c.relname) as written,
      (select json_object_agg(attname, quote_ident(attname) order by attnum) from pg_attribute
        where attrelid = c.oid and attnum > 0 and not attisdropped) as columns,
      to_json(array(select attname from pg_attribute a join pg_type t on t.oid = a.atttypid where attrelid = c.oid and attnum > 0
        and coalesce(nullif(t.typbasetype, 0), t.oid) in ('json'::regtype, 'jsonb'::regtype))) as documents,
      to_json(array(select a.attname from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = any (i.indkey)
        where i.indrelid = c.oid and case c.relreplident when 'd' then i.indisprimary when 'i' then i.indisreplident end)) as key,
      (with recursive heir as (
          select inhrelid as oid from pg_inherits where inhparent = c.oid and c.relkind = 'r'
          union select i.inhrelid from heir join pg_inherits i on i.inhparent = heir.oid)
        select coalesce(json_agg(json_build_object('oid', h.oid::bigint, 'written', quote_ident(hn.nspname) || '.' || quote_ident(h.relname),
          'identity', h.relreplident,
          'key', array(select a.attname from pg_index i join pg_attribute a on a.attrelid = h.oid and a.attnum = any (i.indkey)
            where i.indrelid = h.oid and case h.relreplident when 'd' then i.indisprimary when 'i' then i.indisreplident end),
          'isPublished', exists (select from pg_publication_tables t
            where t.pubname = ${publicationOf(file)} and t.schemaname = hn.nspname and t.tablename = h.relname)) order by h.oid), '[]')
        from heir join pg_class h using (oid) join pg_namespace hn on hn.oid = h.relnamespace) as heirs,
      to_jsonb(p) ->> 'attnames' as published, to_jsonb(p) ->> 'rowfilter' as filter, p.pubname
    from unnest(${watched.map(({ name }) => name)}::text[], ${watched.map(({ name }) => quoted(name))}::text[]) as given (name, written)
      left join pg_class c on c.oid = to_regclass(given.written)
      left join pg_namespace n on n.oid = c.relnamespace
      left join pg_publication_tables p
        on p.pubname = ${publicationOf(file)} and p.schemaname = n.nspname and p.tablename = c.relname`);
  const byName = new Map(rows.map((row) => [row['given'], row]));
  return watched.map((one) => {
    const row = byName.get(one.name);
    const list = (text: string | null | undefined): string[] => (text == null ? [] : (JSON.parse(text) as string[]));
    if (row?.['name'] == null) return { watched: one, key: [], hasRowFilter: false };
    const { schema = '', name = '', written = '', kind = '', identity = '' } = row as Record<string, string>;
    const columns = new Map(Object.entries(JSON.parse(row['columns'] ?? '{}') as Record<string, string>));
    const known = row['published'];
    return {
      watched: one,
      table: {
        oid: Number(row['oid']),
        schema,
        name,
        written,
        kind,
        identity,
        columns,
        documents: list(row['documents']),
        heirs: JSON.parse(row['heirs'] ?? '[]') as Heir[],
      },
      key: list(row['key']),
      // Before PostgreSQL 15 every column of a table is published.
      ...(row['pubname'] == null ? {} : { published: known == null ? [...columns.keys()] : listOf(known) }),
      hasRowFilter: row['filter'] != null,
    };
  });
}

/** `{a,b}` of the catalog comes as a JSON list through `to_jsonb`. */
const listOf = (text: string): string[] => JSON.parse(text) as string[];

/** What keeps changes from being read, the worst first. */
export async function publicationFaults(open: OpenSource): Promise<Finding[]> {
  const faults: Finding[] = [];
  const say = (place: Place, message: string): unknown => faults.push({ place, message });
  const { database } = open.reader;
  const [server] = await database.query(sql`
    select current_setting('wal_level') as level,
      (select pubinsert and pubupdate and pubdelete and pubtruncate from pg_publication where pubname = ${publicationOf(open.file)}) as whole,
      (select to_jsonb(p) ->> 'pubviaroot' from pg_publication p where pubname = ${publicationOf(open.file)}) as by_root,
      (select rolsuper or rolreplication or exists (select from pg_roles p where p.rolname in ('rds_replication', 'rds_superuser', 'cloudsqlsuperuser', 'azure_pg_admin')
         and pg_has_role(r.oid, p.oid, 'member')) from pg_roles r where rolname = current_user) as may`);
  const tables = (await publishedTables(open)).filter(isThere);
  if (tables.length === 0) say(['capture'], 'there is none of the tables that touched_by names');
  for (const { watched, table } of tables)
    if (!['r', 'p'].includes(table.kind))
      say(
        ['capture'],
        `${watched.name} is ${table.kind === MATERIALIZED ? 'a materialized view, and no publication tells when it is refreshed: let the file name a view' : 'a view: name the tables that it reads in touched_by'}`,
      );
  for (const { watched, table } of tables)
    for (const lead of watched.leads)
      for (const column of (placesOf(lead) ?? []).filter((one) => !table.columns.has(one)))
        say(
          ['records', open.file.records.indexOf(lead.mapping), 'touched_by', watched.name],
          `${table.written} has no column ${column}`,
        );
  if (faults.length > 0) return faults;
  if (server?.['level'] !== 'logical')
    say(['capture', 'by'], `the server's wal_level is ${server?.['level']}: set it to logical and restart the server`);
  if (!isTrue(server?.['may']))
    say(['source', 'url'], 'the role may not replicate: ALTER ROLE … REPLICATION, by an administrator of the server');
  for (const { watched, key, table } of tables) {
    const each = [{ written: watched.name, identity: table.identity, key }, ...table.heirs];
    const keyless = each.filter((one) => one.identity === 'n' || (one.identity === 'd' && one.key.length === 0));
    for (const { written: name } of keyless)
      say(
        ['capture', 'publication'],
        `${name} has no primary key: in a publication its application could not update or delete there any more; leave it out and say none for it in touched_by, or give it a key`,
      );
  }
  if (faults.length > 0) return faults;
  if (server?.['whole'] == null)
    say(['capture', 'publication'], `there is none: ${createStatement(open.file, tables)}`);
  else faults.push(...coverFaults(open.file, tables, isTrue(server['whole']), isTrue(server['by_root'])));
  return faults;
}

function coverFaults(file: SourceFile, tables: TableThere[], isWhole: boolean, isByRoot: boolean): Finding[] {
  const place = ['capture', 'publication'];
  const name = publicationOf(file);
  const heirs = tables.flatMap((one) =>
    one.published === undefined
      ? []
      : one.table.heirs.filter(({ isPublished }) => !isPublished).map((heir) => withColumns(one, heir)),
  );
  const parts = isByRoot ? [] : tables.filter(isPartitioned);
  const missing = tables.filter((one) => one.published === undefined && !parts.includes(one));
  const lacking = tables.flatMap((one) => {
    const columns = neededColumns(one).filter((column) => one.published?.includes(column) === false);
    return columns.length === 0 ? [] : [`${one.watched.name} lacks ${columns.join(', ')}`];
  });
  return [
    ...(isWhole
      ? []
      : [`does not publish everything: ALTER PUBLICATION ${name} SET (publish = 'insert, update, delete, truncate')`]),
    ...parts.map(
      ({ table }) =>
        `tells of the partitions of ${table.written} by their own names: ALTER PUBLICATION ${name} SET (${BY_ROOT})`,
    ),
    ...(missing.length === 0
      ? []
      : [
          `does not have ${missing.map(({ table }) => table.written).join(', ')}: ALTER PUBLICATION ${name} ADD TABLE ${listed(missing)}`,
        ]),
    ...heirs.map(
      (heir) => `does not have all that inherits from its tables: ALTER PUBLICATION ${name} ADD TABLE ${heir}`,
    ),
    ...(lacking.length === 0 ? [] : [`${lacking.join('; ')}: ALTER PUBLICATION ${name} SET TABLE ${listed(tables)}`]),
  ].map((message) => ({ place, message }));
}

/** What is allowed, and should be thought over. */
export async function publicationDoubts(open: OpenSource): Promise<Finding[]> {
  const all = await publishedTables(open);
  const tables = all.filter(isThere);
  const [server] = await open.reader.database.query(sql`
    select current_setting('max_slot_wal_keep_size') as keeps, extract(epoch from max(now() - xact_start))::int::text as oldest
    from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid()`);
  const doubts = all
    .filter((one) => !isThere(one))
    .map(
      ({ watched }) =>
        `there is no table ${watched.name}: a module that is not installed, or a wrong name in touched_by`,
    );
  for (const one of tables) {
    const more = (one.published ?? []).filter((column) => !neededColumns(one).includes(column));
    if (one.hasRowFilter)
      doubts.push(`${one.watched.name} has a row filter: what it leaves out is found by the sweep only`);
    if (more.length > 0 && one.table.identity !== 'f')
      doubts.push(
        `${one.watched.name} publishes columns that are not needed, and a role that replicates sees them whatever it may select: ALTER PUBLICATION ${publicationOf(open.file)} SET TABLE ${listed(tables)}`,
      );
  }
  for (const { name, kind } of await unnamedTables(open, tables))
    doubts.push(
      kind === MATERIALIZED
        ? `${name} is a materialized view, and no publication tells when it is refreshed: what changes in it is found by the sweep only; let the file name a view, or say none`
        : `${name} is read by a view, and no touched_by names it: its changes are found by the sweep only; name it, or say none`,
    );
  if (server?.['keeps'] === '-1')
    doubts.push(
      'the server sets no max_slot_wal_keep_size: our slot could fill its disk while nobody reads it; set one',
    );
  if (Number(server?.['oldest'] ?? 0) > 60)
    doubts.push(
      `a transaction is open there since ${server?.['oldest']} seconds: our slot is made only when it has ended`,
    );
  return doubts.map((message) => ({ place: ['capture', 'publication'], message }));
}

const MATERIALIZED = 'm';

/** Tables under the file's views, and views that hold rows of their own. */
async function unnamedTables({ file, reader }: OpenSource, tables: TableThere[]) {
  const lists = file.records.flatMap(({ lists: all }) => Object.values(all).flat());
  const from = [...file.records, ...lists].flatMap((one) => (one.from === undefined ? [] : [quoted(one.from)]));
  const named = tables.map(({ table }) => `${table.schema}.${table.name}`);
  const silent = file.records
    .flatMap(({ touched_by: touching }) => Object.entries(touching))
    .flatMap(([name, how]) => (how === 'none' ? [quoted(name)] : []));
  const rows = await reader.database.query(sql`
    with recursive used as (
      select to_regclass(name)::oid as oid from unnest(${[...new Set(from)]}::text[]) as given (name)
      union
      select d.refobjid from used join pg_rewrite w on w.ev_class = used.oid
        join pg_depend d on d.objid = w.oid and d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass)
    select n.nspname || '.' || c.relname as name, c.relkind as kind
    from used join pg_class c using (oid) join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', ${MATERIALIZED}) and n.nspname <> 'pg_catalog' and n.nspname || '.' || c.relname <> all (${named}::text[])
      and c.oid <> all (array(select to_regclass(name)::oid from unnest(${silent}::text[]) as given (name))) order by 1`);
  return rows.map(({ name, kind }) => ({ name, kind }));
}

/** Changes with whatever the operator does to it, and where a table of the file is another one, or has other heirs, than before. */
export async function publicationPrint(open: OpenSource): Promise<string> {
  const [row] = await open.reader.database.query(sql`
    select p::text || coalesce((select string_agg(r::text, ',' order by r.oid) from pg_publication_rel r
      where r.prpubid = p.oid), '') as print from pg_publication p where p.pubname = ${publicationOf(open.file)}`);
  const oids = (await publishedTables(open)).map(
    ({ table }) => table && [table.oid, ...table.heirs.map(({ oid }) => oid)],
  );
  return hash('sha256', JSON.stringify([row?.['print'], oids]));
}

/** Its key, and what leads from it to records. */
export function neededColumns({ watched, key, table }: TableThere): string[] {
  const words = wordsOf(watched);
  const keys = new Set([key, ...table.heirs.map((heir) => heir.key)].flat());
  return [...table.columns.keys()].filter((column) => keys.has(column) || words.has(column));
}

const createStatement = (file: SourceFile, tables: TableThere[]): string =>
  `CREATE PUBLICATION ${publicationOf(file)} FOR TABLE ${listed(tables)}${tables.some(isPartitioned) ? ` WITH (${BY_ROOT})` : ''}, by the owner of the tables`;

const BY_ROOT = 'publish_via_partition_root = true';
const isPartitioned = ({ table }: TableThere): boolean => table.kind === 'p';

const listed = (tables: TableThere[]): string => tables.map((one) => withColumns(one, one.table)).join(', ');

/** A table or one that inherits from it. A list of columns would keep one of the identity FULL from being written to. */
function withColumns(one: TableThere, { written, identity }: Pick<Heir, 'written' | 'identity'>): string {
  const columns = neededColumns(one).map((column) => one.table.columns.get(column));
  return identity === 'f' ? written : `${written} (${columns.join(', ')})`;
}

const quotedPart = (name: string): string => `"${name.replaceAll('"', '""')}"`;
const quoted = (name: string): string => name.split('.').map(quotedPart).join('.');
const isTrue = (value: string | null | undefined): boolean => value === 't' || value === 'true';
