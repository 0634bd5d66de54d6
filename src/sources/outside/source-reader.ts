/** Rows of a source, as the statements of its file give them: page by page in the order of their keys, or by key. */
import { sql, type RawBuilder } from 'kysely';
import type { Row, SourceDatabase } from './source-database.js';
import { SourceFault } from './source-fault.js';
import type { RecordMapping } from './source-file.schema.js';

export type Key = string[];

export const keyText = (key: Key): string => JSON.stringify(key);

/** @throws SourceFault where a column is missing, or has no value */
export function keyOf(row: Row, columns: string[]): Key {
  return columns.map((column) => {
    const value = cell(row, column);
    if (value === undefined) throw new SourceFault(`the key column ${column} has rows without a value`);
    return value;
  });
}

/** NULL and empty text are absent. @throws SourceFault where there is no such column */
export function cell(row: Row, column: string): string | undefined {
  const value = row[column];
  if (value === undefined) throw new SourceFault(`there is no column ${column} in what the source gives`);
  return value === null || value === '' ? undefined : value;
}

export class SourceReader {
  constructor(readonly database: SourceDatabase) {}

  /** @param after the key of the last row of the page before */
  page(mapping: RecordMapping, after: Key | undefined, size: number): Promise<Row[]> {
    const keys = names(mapping.key);
    const follows =
      after === undefined ? sql`1 = 1` : sql`${tuple(keys)} > ${tuple(after.map((part) => sql`${part}`))}`;
    return this.database.query(
      sql`select * from ${this.from(mapping)} where ${this.where(mapping)} and ${follows} order by ${sql.join(keys)} limit ${sql.lit(size)}`,
    );
  }

  async count(mapping: RecordMapping): Promise<number> {
    const [row] = await this.database.query(
      sql`select count(*) as rows_there from ${this.from(mapping)} where ${this.where(mapping)}`,
    );
    return Number(row?.['rows_there']);
  }

  async byKeys(mapping: RecordMapping, keys: Key[]): Promise<Row[]> {
    if (keys.length === 0) return [];
    return this.database.query(
      sql`select * from ${this.from(mapping)} where ${this.where(mapping)} and ${among(mapping.key, keys)}`,
    );
  }

  /** Rows of another table that belong to these. */
  async children(from: string, parent: string[], keys: Key[], order: string | undefined): Promise<Row[]> {
    if (keys.length === 0) return [];
    const ordered = order === undefined ? sql`` : sql` order by ${this.database.written(order)}`;
    return this.database.query(sql`select * from ${sql.table(from)} as src where ${among(parent, keys)}${ordered}`);
  }

  /** Of the values, those that several served records have. */
  async shared(mapping: RecordMapping, column: string, values: string[]): Promise<Set<string>> {
    if (values.length === 0) return new Set();
    const { state } = mapping;
    const served =
      state === undefined
        ? sql`1 = 1`
        : sql`${sql.ref(state.column)} in (${sql.join(state.served.map((one) => sql`${one}`))})`;
    const rows = await this.database.query(
      sql`select ${sql.ref(column)} as shared from ${this.from(mapping)} where ${this.where(mapping)} and ${served}
        and ${among(
          [column],
          values.map((one) => [one]),
        )} group by ${sql.ref(column)} having count(*) > 1`,
    );
    return new Set(rows.map((row) => String(row['shared'])));
  }

  from({ from, sql: query }: RecordMapping): RawBuilder<unknown> {
    return from === undefined ? sql`(${this.database.written(query ?? '')}) as src` : sql`${sql.table(from)} as src`;
  }

  where({ where }: RecordMapping): RawBuilder<unknown> {
    return where === undefined ? sql`1 = 1` : sql`(${this.database.written(where)})`;
  }
}

const names = (columns: string[]): RawBuilder<unknown>[] => columns.map((column) => sql`${sql.ref(column)}`);
const tuple = (parts: RawBuilder<unknown>[]): RawBuilder<unknown> =>
  parts.length === 1 ? sql`${parts[0]}` : sql`(${sql.join(parts)})`;

/** `(a, b) in ((1, 2), …)` */
const among = (columns: string[], keys: Key[]): RawBuilder<unknown> =>
  sql`${tuple(names(columns))} in (${sql.join(keys.map((key) => tuple(key.map((part) => sql`${part}`))))})`;
