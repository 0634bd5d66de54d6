/** Which records a source changed since it was last asked, by the times that its own tables keep. */
import { sql, type RawBuilder } from 'kysely';
import type { OpenSource } from './source-connections.js';
import type { Row, SourceDatabase } from './source-database.js';
import type { RecordMapping, SourceFile } from './source-file.schema.js';
import { keyOf, keyText, ledKey, type Key } from './source-row.js';

interface Watermark extends Omit<NonNullable<SourceFile['capture']['fallback']>, 'by' | 'column'> {
  column: string;
}

/** Undefined where the file names no column of times: its sweep finds what changed. */
export function watermarkOf({ capture }: SourceFile): Watermark | undefined {
  const given = capture.by === 'watermark' ? capture : capture.fallback;
  return given?.column === undefined ? undefined : { ...given, column: given.column };
}

/** The source's own clock: the earlier of what its server and its file take for local time. */
export async function clockOf(database: SourceDatabase): Promise<string> {
  const now = database.isMysql
    ? sql`select cast(least(now(), coalesce(convert_tz(now(), @@session.time_zone, @@global.time_zone), now())) as char) as now`
    : sql`select now() as now`;
  const [row] = await database.query(now);
  return String(row?.['now']);
}

/** Keys of records of one entry that were written to since, by the source's clock; some may not be there any more. */
export async function touchedKeys({ file, reader }: OpenSource, mapping: RecordMapping, since: string): Promise<Key[]> {
  const watermark = watermarkOf(file);
  if (watermark === undefined) return [];
  const { database } = reader;
  const found = new Map<string, Key>();
  for (const { from, key, isDay } of await touchingTables(database, mapping, watermark)) {
    const isAfter = later(database, watermark, since, isDay);
    const columns = key.map((part, index) => sql`${part} as ${sql.id(`k${index}`)}`);
    const rows = await database.query(sql`select distinct ${sql.join(columns)} from ${from} where ${isAfter}`);
    for (const one of rows.map((row) => wholeKey(row, key.length))) if (one) found.set(keyText(one), one);
  }
  return [...found.values()];
}

/** A row that leads to no record has no key. */
function wholeKey(row: Row, length: number): Key | undefined {
  const columns = Array.from({ length }, (_, index) => `k${index}`);
  return columns.some((column) => row[column] == null) ? undefined : keyOf(row, columns);
}

function later(
  database: SourceDatabase,
  { column, overlap }: Watermark,
  since: string,
  isDay: boolean,
): RawBuilder<unknown> {
  const seconds = sql.lit(Math.ceil(overlap / 1000));
  const moment = database.isMysql
    ? sql`cast(${since} as datetime) - interval ${seconds} second`
    : sql`${since}::timestamptz - make_interval(secs => ${seconds})`;
  return sql`${sql.ref(column)} >= ${isDay ? sql`cast(${moment} as date)` : moment}`;
}

interface Touching {
  from: RawBuilder<unknown>;
  /** Of the record, out of a row of that table. */
  key: RawBuilder<unknown>[];
  /** Its times are days: what was written today is as of midnight. */
  isDay: boolean;
}

/** The table that the file names; else every table that touches the record and has the column, and the record's own. */
async function touchingTables(database: SourceDatabase, mapping: RecordMapping, { table, column }: Watermark) {
  const touching = Object.entries(mapping.touched_by).filter(
    ([name, how]) => isColumn(how) && (table ?? name) === name,
  );
  const tables: Touching[] = [];
  for (const [name, how] of touching) {
    const there = await columnOf(database, name, column);
    if (table !== undefined || there !== undefined)
      tables.push({ from: sql.table(name), key: [wrote(database, how)], isDay: there?.['type'] === DAY });
  }
  const { from } = mapping;
  const isTold = tables.length > 0;
  if (from === undefined || (isTold && (table !== undefined || Object.hasOwn(mapping.touched_by, from)))) return tables;
  const own = await columnOf(database, from, column);
  // A table of records tells of its own rows; of a view, the tables under it are named, or it is asked itself.
  if (own !== undefined && (!isTold || own['kind'] !== 'VIEW')) {
    const key = mapping.key.map((part) => sql`${sql.ref(part)}`);
    return [...tables, { from: sql.table(from), key, isDay: own['type'] === DAY }];
  }
  if (isTold) return tables;
  // Only the sweep sees its changes; that it is there at all is asked now.
  await database.query(sql`select 1 as found from ${sql.table(from)} limit 0`);
  return [];
}

/** Not a statement of its own, and not a word for all or none. */
export const isColumn = (how: string): boolean => !/^\s*select\b/i.test(how) && how !== 'all' && how !== 'none';

/** A bare name is a column, whatever word it is; anything else is SQL. */
export const wrote = (database: SourceDatabase, how: string): RawBuilder<unknown> =>
  /^[A-Za-z_]\w*$/.test(how) ? sql`${sql.ref(how)}` : database.written(how);

const DAY = 'date';

/** Its type, and what it is a column of; undefined where there is none. */
async function columnOf(database: SourceDatabase, table: string, column: string): Promise<Row | undefined> {
  const [name = '', schema] = table.split('.').toReversed();
  const here = database.isMysql ? sql`database()` : sql`any (current_schemas(false))`;
  const [row] = await database.query(
    sql`select c.data_type as type, t.table_type as kind
      from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
      where table_schema = ${schema === undefined ? here : sql`${schema}`} and table_name = ${name} and c.column_name = ${column}`,
  );
  return row;
}

/** Records of this entry that embed one that changed: the statement that the file gives for it. */
export async function embeddingKeys(
  { reader }: OpenSource,
  mapping: RecordMapping,
  embedded: RecordMapping,
  keys: Key[],
): Promise<Key[]> {
  const how = mapping.touched_by[embedded.name];
  if (how === undefined || isColumn(how) || how === 'none') return [];
  const found = new Map<string, Key>();
  for (const key of keys) {
    const values = Object.fromEntries(embedded.key.map((column, index) => [column, key[index] ?? '']));
    for (const row of await reader.database.query(withValues(reader.database, how, values))) {
      const own = ledKey(row, mapping.key);
      if (own !== undefined) found.set(keyText(own), own);
    }
  }
  return [...found.values()];
}

/** The operator's statement with its `:name` places filled by values. */
export function withValues(
  database: SourceDatabase,
  statement: string,
  values: Record<string, string>,
): RawBuilder<unknown> {
  if (Object.keys(values).length === 0) return database.written(statement);
  const place = new RegExp(`(?<!:):(${Object.keys(values).join('|')})\\b`);
  const parts = statement
    .split(place)
    .map((part, index) => (index % 2 === 0 ? database.written(part) : sql`${values[part]}`));
  // Apart, since the driver for MariaDB takes two question marks in a row for a name.
  return sql.join(parts, sql` `);
}
