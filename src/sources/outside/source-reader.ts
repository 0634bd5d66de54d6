/** Rows of a source, as the statements of its file give them: page by page in the order of their keys, or by key. */
import { sql, type RawBuilder } from 'kysely';
import type { Row, SourceDatabase } from './source-database.js';
import { SourceFault, ValueFault } from './source-fault.js';
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

/** The same without spaces around it, such as those that fill a char(n). */
export function trimmed(row: Row, column: string): string | undefined {
  const text = cell(row, column)?.trim();
  return text === '' ? undefined : text;
}

export class SourceReader {
  readonly #problems = new WeakMap<Row, string>();

  constructor(readonly database: SourceDatabase) {}

  /** Why the source could not make a row, of which only the key is there then. */
  problemOf(row: Row): string | undefined {
    return this.#problems.get(row);
  }

  /**
   * @param after the key of the last row of the page before
   * @param asked which of the served ones, where not all
   */
  async page(
    mapping: RecordMapping,
    after: Key | undefined,
    size: number,
    asked?: RawBuilder<unknown>,
  ): Promise<Row[]> {
    const keys = names(mapping.key);
    const follows =
      after === undefined ? sql`1 = 1` : sql`${tuple(keys)} > ${tuple(after.map((part) => sql`${part}`))}`;
    const isWanted = asked === undefined ? sql`1 = 1` : sql`${served(mapping)} and ${asked}`;
    const rows = (columns: RawBuilder<unknown>, wanted: RawBuilder<unknown>): Promise<Row[]> =>
      this.database.find(
        sql`select ${columns} from ${this.from(mapping)} where ${this.where(mapping)} and ${wanted} and ${follows}
          order by ${sql.join(keys)} limit ${sql.lit(size)}`,
      );
    const keysOf = async (wanted: RawBuilder<unknown>): Promise<Key[]> =>
      (await rows(sql.join(keys), wanted)).map((row) => keyOf(row, mapping.key));
    try {
      return await rows(sql`*`, isWanted);
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      // One row that the source cannot make, such as by a date that is none, takes no other with it. Where it is asked by
      // that very column, all rows are gone through.
      const among = await keysOf(isWanted).catch(() => keysOf(sql`1 = 1`));
      const found = new Map((await this.byKeys(mapping, among)).map((row) => [keyText(keyOf(row, mapping.key)), row]));
      return among.map((one) => found.get(keyText(one))).filter((row) => row !== undefined);
    }
  }

  async count(mapping: RecordMapping, which: 'all' | 'served' = 'all'): Promise<number> {
    const counted = which === 'all' ? sql`1 = 1` : served(mapping);
    const [row] = await this.database.query(
      sql`select count(*) as rows_there from ${this.from(mapping)} where ${this.where(mapping)} and ${counted}`,
    );
    return Number(row?.['rows_there']);
  }

  byKeys(mapping: RecordMapping, keys: Key[]): Promise<Row[]> {
    return this.#halved(keys, mapping.key, (some) =>
      this.database.query(
        sql`select * from ${this.from(mapping)} where ${this.where(mapping)} and ${among(mapping.key, some)}`,
      ),
    );
  }

  /** Rows of another table, by the keys (as text) of those that they belong to. */
  children(from: string, parent: string[], keys: Key[], order: string | undefined): Promise<Map<string, Row[]>> {
    const ordered = order === undefined ? sql`` : sql` order by ${this.database.written(order)}`;
    return this.#byAsked(keys, parent, (asked) =>
      this.#halved(asked, parent, (some) =>
        this.database.query(sql`select * from ${sql.table(from)} as src where ${among(parent, some)}${ordered}`),
      ),
    );
  }

  /** Rows by keys that stand in other rows. */
  named(mapping: RecordMapping, keys: Key[]): Promise<Map<string, Row[]>> {
    return this.#byAsked(keys, mapping.key, (asked) => this.byKeys(mapping, asked));
  }

  /** Where the source takes two spellings for one (`a` and `A`, 7 and 7.00, a filled char), it alone knows whose a row is. */
  async #byAsked(keys: Key[], columns: string[], read: (keys: Key[]) => Promise<Row[]>): Promise<Map<string, Row[]>> {
    const found = Map.groupBy(await read(keys), (row) => keyText(keyOf(row, columns)));
    const asked = new Map(keys.map((key) => [keyText(key), key]));
    if ([...found.keys()].every((key) => asked.has(key))) return found;
    for (const [text, key] of asked) found.set(text, await read([key]));
    return found;
  }

  async #halved(keys: Key[], columns: string[], read: (keys: Key[]) => Promise<Row[]>): Promise<Row[]> {
    if (keys.length === 0) return [];
    try {
      return await read(keys);
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      const [only] = keys;
      if (keys.length > 1 || only === undefined) {
        const half = keys.length >> 1;
        const parts = [keys.slice(0, half), keys.slice(half)];
        return (await Promise.all(parts.map((part) => this.#halved(part, columns, read)))).flat();
      }
      if (error.isAsked) return [];
      const row: Row = Object.fromEntries(columns.map((column, index) => [column, only[index] ?? null]));
      this.#problems.set(row, `cannot be made by the source: ${error.message}`);
      return [row];
    }
  }

  /** Of the values, those that several served records have. */
  async shared(mapping: RecordMapping, column: string, values: string[]): Promise<Set<string>> {
    if (values.length === 0) return new Set();
    const rows = await this.database.query(
      sql`select ${sql.ref(column)} as shared from ${this.from(mapping)} where ${this.where(mapping)} and ${served(mapping)}
        and ${among(
          [column],
          values.map((one) => [one]),
        )}`,
    );
    // Counted here: what the source groups as one may be two values to those who ask.
    const holders = Map.groupBy(rows, (row) => trimmed(row, 'shared') ?? '');
    return new Set([...holders].flatMap(([value, held]) => (held.length > 1 ? [value] : [])));
  }

  /** Keys of records that have one of the values. */
  async keysWith(mapping: RecordMapping, column: string, values: string[]): Promise<Key[]> {
    if (values.length === 0) return [];
    const asked = values.map((one) => [one]);
    const rows = await this.database.query(
      sql`select ${sql.join(names(mapping.key))} from ${this.from(mapping)} where ${this.where(mapping)} and ${among([column], asked)}`,
    );
    return rows.map((row) => keyOf(row, mapping.key));
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

const served = ({ state }: RecordMapping): RawBuilder<unknown> =>
  state === undefined
    ? sql`1 = 1`
    : sql`${sql.ref(state.column)} in (${sql.join(state.served.map((one) => sql`${one}`))})`;

/**
 * `(a, b) in ((1, 2), …)`. MariaDB compares a list of texts with a column of long numbers inexactly, and a single one
 * exactly.
 */
export const among = (columns: string[], keys: Key[]): RawBuilder<unknown> =>
  keys.length > 1 && keys.some((key) => key.some((part) => LONG_NUMBER.test(part)))
    ? sql`(${sql.join(
        keys.map((key) => among(columns, [key])),
        sql` or `,
      )})`
    : sql`${tuple(names(columns))} in (${sql.join(keys.map((key) => tuple(key.map((part) => sql`${part}`))))})`;

const LONG_NUMBER = /^-?[\d.]{16,}$/;
