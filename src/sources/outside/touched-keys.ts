/** Rows that a stream told of → keys of records that are to be read again. */
import { sql } from 'kysely';
import type { Sql } from '../../entities/database/database.js';
import { keysWithChildren } from '../../entities/sources/source-row.repository.js';
import type { Touched } from './change-stream.js';
import { neededColumns, type TableThere, type PublishedTable } from './publication.js';
import type { Row, SourceDatabase } from './source-database.js';
import type { OpenSource } from './source-connections.js';
import type { RecordMapping } from './source-file.schema.js';
import { SourceFault } from './source-fault.js';
import { keyName, keyText, ledKey, type Key } from './source-row.js';
import { among } from './source-row.sql.js';
import { placesIn, placesOf, type Leads } from './watched-tables.js';
import { isColumn, withValues, wrote } from './watermark.js';

/** Keys of one entry; `'all'` where any of its records may have changed. */
export async function keysOf(
  open: OpenSource,
  sqlOfOurs: Sql,
  tables: PublishedTable[],
  mapping: RecordMapping,
  touched: Touched,
): Promise<Key[] | 'all'> {
  const found = new Map<string, Key>();
  for (const one of tables) {
    const { watched, key, table } = one;
    const rows = touched.get(watched);
    const leads = watched.leads.filter((lead) => lead.mapping === mapping);
    if (rows === undefined || table === undefined || leads.length === 0) continue;
    if (rows === 'whole' || leads.some(({ how }) => how === 'all')) return 'all';
    const given = await toldWhole(open, { ...one, table }, [...rows.values()]);
    if (given === undefined) return 'all';
    for (const lead of leads) {
      const keys = await leadsTo(open, table, lead, given);
      for (const led of keys) found.set(keyText(led), led);
      // Where the row says itself whose it is, and cannot be another's, nothing else need be asked.
      if (lead.how === undefined || (key.length === 1 && key[0] === lead.how)) continue;
      const children = given.map((row) => keyName(key.map((column) => row[column] ?? '')));
      for (const led of await keysWithChildren(sqlOfOurs, open.file.source.name, mapping.name, children))
        found.set(keyText(led), led);
    }
  }
  return [...found.values()];
}

/** A large value that a change left alone is not told with it: it is asked for. Undefined where it may not be. */
async function toldWhole({ reader }: OpenSource, one: TableThere, rows: Row[]): Promise<Row[] | undefined> {
  const needed = neededColumns(one);
  const isWhole = (row: Row): boolean => needed.every((column) => Object.hasOwn(row, column));
  const keys = rows.filter((row) => !isWhole(row)).map((row) => one.key.map((column) => row[column] ?? ''));
  if (keys.length === 0) return rows;
  const whole = rows.filter(isWhole);
  const columns = sql.join(needed.map((column) => sql.id(column)));
  try {
    for (let at = 0; at < keys.length; at += PAGE)
      whole.push(
        ...(await reader.database.query(
          sql`select ${columns} from ${tableOf(one.table)} where ${among(one.key, keys.slice(at, at + PAGE))}`,
        )),
      );
  } catch (error) {
    if (error instanceof SourceFault) return undefined;
    throw error;
  }
  return whole;
}

const PAGE = 250;

const tableOf = ({ schema, name }: TableThere['table']) => sql.id(schema, name);

/** By rows of a table, in the way that the file says. */
export async function leadsTo(
  { reader }: OpenSource,
  table: TableThere['table'],
  lead: Leads,
  rows: Row[],
): Promise<Key[]> {
  const { mapping, how } = lead;
  const { database } = reader;
  if (how !== undefined && !isColumn(how)) return asked(database, how, mapping.key, rows);
  const columns = placesOf(lead);
  return columns === undefined ? expressed(database, table, how ?? '', rows) : whole(rows, columns);
}

/** By an expression over the row, whose values get the types of its table, so that the operator's SQL means the same as there. */
async function expressed(
  database: SourceDatabase,
  table: TableThere['table'],
  how: string,
  rows: Row[],
): Promise<Key[]> {
  const member = ([column, value]: [string, string | null]): string =>
    `${JSON.stringify(column)}:${table.documents.includes(column) ? value : JSON.stringify(value)}`;
  const json = `[${rows.map((row) => `{${Object.entries(row).map(member).join(',')}}`).join(',')}]`;
  const typed = sql`json_populate_recordset(null::${tableOf(table)}, ${json}::json) as src`;
  return whole(await database.query(sql`select distinct ${wrote(database, how)} as k0 from ${typed}`), ['k0']);
}

/** By a statement with places for values of the row; one that has no value there leads nowhere. */
async function asked(database: SourceDatabase, how: string, columns: string[], rows: Row[]): Promise<Key[]> {
  const places = placesIn(how);
  const keys: Key[] = [];
  for (const row of rows) {
    const values = Object.fromEntries(places.map((name) => [name, row[name] ?? '']));
    if (places.some((name) => row[name] == null)) continue;
    const found = await database.query(withValues(database, how, values));
    for (const one of found) {
      const key = ledKey(one, columns);
      if (key !== undefined) keys.push(key);
    }
    // The row of a record that is gone is in no table any more, and names itself.
    if (found.length === 0) keys.push(...whole([row], columns));
  }
  return keys;
}

const whole = (rows: Row[], columns: string[]): Key[] =>
  rows.flatMap((row) => {
    const key = columns.map((column) => row[column]);
    return key.every((part): part is string => part != null) ? [key] : [];
  });
