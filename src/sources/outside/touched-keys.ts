/** Rows that a stream told of → keys of records that are to be read again. */
import { sql } from 'kysely';
import type { Sql } from '../../entities/database/database.js';
import { keysWithChildren } from '../../entities/sources/source-row.repository.js';
import type { Touched } from './change-stream.js';
import type { PublishedTable } from './publication.js';
import type { Row, SourceDatabase } from './source-database.js';
import type { OpenSource } from './source-connections.js';
import type { RecordMapping } from './source-file.schema.js';
import { keyText, type Key } from './source-reader.js';
import type { Leads } from './watched-tables.js';
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
  for (const { watched, key, table } of tables) {
    const rows = touched.get(watched);
    const leads = watched.leads.filter((one) => one.mapping === mapping);
    if (rows === undefined || table === undefined || leads.length === 0) continue;
    if (rows === 'whole' || leads.some(({ how }) => how === 'all')) return 'all';
    const given = [...rows.values()];
    for (const lead of leads) {
      const keys = await leadsTo(open, `${table.schema}.${table.name}`, lead, given);
      for (const one of keys) found.set(keyText(one), one);
      // Where the row says itself whose it is, and cannot be another's, nothing else need be asked.
      if (lead.how === undefined || (key.length === 1 && key[0] === lead.how)) continue;
      const children = given.map((row) => keyText(key.map((column) => row[column] ?? '')));
      for (const one of await keysWithChildren(sqlOfOurs, open.file.source.name, mapping.name, children))
        found.set(keyText(one), one);
    }
  }
  return [...found.values()];
}

async function leadsTo({ reader }: OpenSource, table: string, { mapping, how }: Leads, rows: Row[]): Promise<Key[]> {
  const { database } = reader;
  if (how === undefined) return whole(rows, mapping.key);
  if (/^[A-Za-z_]\w*$/.test(how)) return whole(rows, [how]);
  return isColumn(how) ? expressed(database, table, how, rows) : asked(database, how, mapping.key.length, rows);
}

/** By an expression over the row, whose values get the types of its table, so that the operator's SQL means the same as there. */
async function expressed(database: SourceDatabase, table: string, how: string, rows: Row[]): Promise<Key[]> {
  const typed = sql`json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::json) as src`;
  return whole(await database.query(sql`select distinct ${wrote(database, how)} as k0 from ${typed}`), ['k0']);
}

/** By a statement with places for values of the row; one that has no value there leads nowhere. */
async function asked(database: SourceDatabase, how: string, parts: number, rows: Row[]): Promise<Key[]> {
  const places = [...how.matchAll(/(?<!:):(\w+)/g)].map(([, name = '']) => name);
  const keys: Key[] = [];
  for (const row of rows) {
    const values = Object.fromEntries(places.map((name) => [name, row[name] ?? '']));
    if (places.some((name) => row[name] == null)) continue;
    for (const one of await database.query(withValues(database, how, values))) {
      const key = Object.values(one).filter((part) => part !== null);
      if (key.length === parts) keys.push(key);
    }
  }
  return keys;
}

const whole = (rows: Row[], columns: string[]): Key[] =>
  rows.flatMap((row) => {
    const key = columns.map((column) => row[column]);
    return key.every((part): part is string => part != null) ? [key] : [];
  });
