/** Rows of a source, as the statements of its file give them: page by page in the order of their keys, or by key. */
import { sql, type RawBuilder } from 'kysely';
import type { Row, SourceDatabase } from './source-database.js';
import { SourceFault, ValueFault } from './source-fault.js';
import type { List, RecordMapping } from './source-file.schema.js';
import { identifierIn, keyOf, keyText, mayBeOne, type Key } from './source-row.js';
import { among, columnsOf, isWhole, names, served, tuple } from './source-row.sql.js';

/** Rows in the order of their keys; those of one key stand in one page. */
export interface Page {
  rows: Row[];
  /** The key after which the next page begins; undefined where nothing follows. */
  next?: Key;
}

export class SourceReader {
  readonly #problems = new WeakMap<Row, string>();
  /** Whose column of the state cannot hold one of the served values: that is judged of each row that is read, as always. */
  readonly #unheld = new WeakSet<RecordMapping>();

  constructor(readonly database: SourceDatabase) {}

  /** Why the source could not make a row, of which only the key is there then. */
  problemOf(row: Row): string | undefined {
    return this.#problems.get(row);
  }

  /**
   * @param after the key of the last row of the page before
   * @param asked which of the served ones, where not all
   * @throws ValueFault that `isAsked` where it asks for what a column cannot hold
   */
  async page(mapping: RecordMapping, after: Key | undefined, size: number, asked?: RawBuilder<unknown>): Promise<Page> {
    const keys = names(mapping.key);
    const follows =
      after === undefined ? sql`1 = 1` : sql`${tuple(keys)} > ${tuple(after.map((part) => sql`${part}`))}`;
    const isServed = this.#unheld.has(mapping) ? sql`1 = 1` : served(mapping);
    const isWanted = asked === undefined ? sql`1 = 1` : sql`${isServed} and ${asked}`;
    const rows = (columns: RawBuilder<unknown>, wanted: RawBuilder<unknown>): Promise<Row[]> =>
      inPlace(mapping.name, () =>
        this.database.query(
          sql`select ${columns} from ${this.from(mapping)} where ${this.where(mapping)} and ${wanted} and ${follows}
            and ${isWhole(mapping)} order by ${sql.join(keys)} limit ${sql.lit(size + 1)}`,
        ),
      );
    try {
      const found = await rows(columnsOf(mapping), isWanted);
      const { length, next } = pageEnd(
        found.map((row) => keyOf(row, mapping.key)),
        size,
      );
      return this.#withAlike(mapping, { rows: found.slice(0, length), ...next }, found[length], isWanted);
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      if (error.isAsked) {
        if (asked === undefined || this.#unheld.has(mapping) || (await this.canAsk(mapping, served(mapping))))
          throw error;
        this.#unheld.add(mapping);
        return this.page(mapping, after, size, asked);
      }
      // One row that the source cannot make, such as by a date that is none, takes no other with it. Where it is asked by
      // that very column, all rows are gone through.
      const there = await rows(sql.join(keys), isWanted).catch(() => rows(sql.join(keys), sql`1 = 1`));
      const present = there.map((row) => keyOf(row, mapping.key));
      const { length, next } = pageEnd(present, size);
      const made = await this.byKeys(mapping, present.slice(0, length));
      return this.#withAlike(mapping, { rows: made, ...next }, there[length], sql`1 = 1`);
    }
  }

  /**
   * What is not one here may be one at the source (`a` and `A`): the next page begins behind all that it takes for the last
   * key, so that those of them that come after the end of this one are read with it.
   */
  async #withAlike(
    mapping: RecordMapping,
    page: Page,
    beyond: Row | undefined,
    isWanted: RawBuilder<unknown>,
  ): Promise<Page> {
    const { rows, next } = page;
    if (next === undefined || beyond === undefined || !mayBeOne(next, keyOf(beyond, mapping.key))) return page;
    const alike = await this.byKeys(mapping, [next], isWanted);
    const known = new Set(rows.map((row) => keyText(keyOf(row, mapping.key))));
    return { rows: [...rows, ...alike.filter((row) => !known.has(keyText(keyOf(row, mapping.key))))], next };
  }

  /** Whether a condition asks for nothing that a column cannot hold. */
  async canAsk(mapping: RecordMapping, asked: RawBuilder<unknown>): Promise<boolean> {
    try {
      await this.database.query(
        sql`select 1 as one from ${this.from(mapping)} where ${this.where(mapping)} and ${asked} limit 0`,
      );
      return true;
    } catch (error) {
      if (error instanceof ValueFault && error.isAsked) return false;
      throw error;
    }
  }

  /** How many rows have no key, and so are nobody's; none where the source does not count them in time. */
  async countKeyless(mapping: RecordMapping): Promise<number> {
    const [row] = await this.database
      .query(
        sql`select count(*) as keyless from ${this.from(mapping)} where ${this.where(mapping)} and not (${isWhole(mapping)})`,
      )
      .catch(() => []);
    return Number(row?.['keyless'] ?? 0);
  }

  async count(mapping: RecordMapping, which: 'all' | 'served' = 'all'): Promise<number> {
    const counted = which === 'all' ? sql`1 = 1` : served(mapping);
    const [row] = await this.database.query(
      sql`select count(*) as rows_there from ${this.from(mapping)} where ${this.where(mapping)} and ${counted}`,
    );
    return Number(row?.['rows_there']);
  }

  byKeys(mapping: RecordMapping, keys: Key[], isWanted: RawBuilder<unknown> = sql`1 = 1`): Promise<Row[]> {
    return this.#halved(keys, mapping.key, (some) =>
      inPlace(mapping.name, () =>
        this.database.query(
          sql`select ${columnsOf(mapping)} from ${this.from(mapping)} where ${this.where(mapping)} and ${isWanted}
            and ${among(mapping.key, some)}`,
        ),
      ),
    );
  }

  /** Rows of a list's own table, by the keys (as text) of those that they belong to: rows of `owner`, by its columns. */
  children(list: List, keys: Key[], owner?: RecordMapping | List, columns: string[] = []): Promise<Map<string, Row[]>> {
    const { parent } = list;
    const read = (asked: Key[]): Promise<Row[]> =>
      this.#halved(asked, parent, (some) => this.#listed(list, among(parent, some)));
    return this.#byAsked(keys, parent, read, (others) =>
      owner === undefined ? Promise.resolve(new Set()) : this.#spelled(owner, columns, others),
    );
  }

  /** Those of the keys (as text) that the owner has, spelled just so. */
  async #spelled(owner: RecordMapping | List, columns: string[], keys: Key[]): Promise<Set<string>> {
    if (owner.from === undefined && !('identifiers' in owner)) return new Set();
    const [from, where] =
      'identifiers' in owner
        ? [this.from(owner), this.where(owner)]
        : [sql`${sql.table(owner.from ?? '')} as src`, sql`1 = 1`];
    const rows = await this.#halved(keys, columns, (some) =>
      this.database.query(
        sql`select distinct ${sql.join(names(columns))} from ${from} where ${where} and ${among(columns, some)}`,
      ),
    );
    return new Set(rows.map((row) => keyText(keyOf(row, columns))));
  }

  /** @throws SourceFault where the table of a list has not what it names */
  async probe(list: List): Promise<void> {
    await this.#listed(list, sql`1 = 0`);
  }

  /** @throws SourceFault where its table has no such column */
  async probeColumn(mapping: RecordMapping, column: string): Promise<void> {
    await this.database.query(
      sql`select ${sql.ref(column)} as tried from ${this.from(mapping)} where ${this.where(mapping)} limit 0`,
    );
  }

  /** In one order, whatever the source writes where: a row that was written to stands elsewhere in its table. */
  async #listed(list: List, isWanted: RawBuilder<unknown>): Promise<Row[]> {
    const { from = '', order, key } = list;
    const by = [...(order === undefined ? [] : [this.database.written(order)]), ...names(key)];
    const ordered = by.length === 0 ? sql`` : sql` order by ${sql.join(by)}`;
    const rows = await inPlace(from, () =>
      this.database.query(sql`select ${columnsOf(list)} from ${sql.table(from)} as src where ${isWanted}${ordered}`),
    );
    return by.length === 0 ? inOrder(rows) : rows;
  }

  /** Rows by keys that stand in other rows. */
  async named(mapping: RecordMapping, keys: Key[]): Promise<Map<string, Row[]>> {
    const read = (asked: Key[]): Promise<Row[]> => this.byKeys(mapping, asked);
    const found = await this.#byAsked(keys, mapping.key, read, () => Promise.resolve(new Set()));
    return new Map([...found].map(([text, rows]) => [text, theOne(text, rows, mapping.key)]));
  }

  /**
   * Where the source takes two spellings for one (`a` and `A`, 7 and 7.00, a filled char), it alone knows whose a row is;
   * but whose key is spelled just so, theirs it is.
   *
   * @param others which keys, of those that nobody asked for, are somebody's
   */
  async #byAsked(
    keys: Key[],
    columns: string[],
    read: (keys: Key[]) => Promise<Row[]>,
    others: (keys: Key[]) => Promise<Set<string>>,
  ): Promise<Map<string, Row[]>> {
    const textOf = (row: Row): string => keyText(keyOf(row, columns));
    const found = Map.groupBy(await read(keys), textOf);
    const asked = new Map(keys.map((key) => [keyText(key), key]));
    const unasked = [...found].filter(([text]) => !asked.has(text));
    if (unasked.length === 0) return found;
    const theirs = await others(unasked.flatMap(([, [row]]) => (row === undefined ? [] : [keyOf(row, columns)])));
    const isOf = (text: string, row: Row): boolean =>
      textOf(row) === text || !(asked.has(textOf(row)) || theirs.has(textOf(row)));
    for (const [text, key] of asked)
      found.set(
        text,
        (await read([key])).filter((row) => isOf(text, row)),
      );
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

  /** Of the values, those that several served records have; and the keys of all that have one. */
  async shared(mapping: RecordMapping, column: string, values: string[]): Promise<Shared> {
    if (values.length === 0) return { values: new Set(), keys: new Set() };
    const rows = await this.database.query(
      sql`select ${sql.join(names(mapping.key))}, ${sql.ref(column)} as shared from ${this.from(mapping)} where ${this.where(mapping)} and ${served(mapping)}
        and ${among(
          [column],
          values.map((one) => [one]),
        )}`,
    );
    // Counted here: what the source groups as one may be two values to those who ask.
    const holders = Map.groupBy(rows, (row) => identifierIn(row, 'shared') ?? '');
    const keysOf = (held: Row[]): Set<string> => new Set(held.map((row) => keyText(keyOf(row, mapping.key))));
    const several = [...holders].flatMap(([value, held]) => (keysOf(held).size > 1 ? [value] : []));
    return { values: new Set(several), keys: keysOf(rows) };
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

/** Of several records or none. */
export interface Shared {
  values: Set<string>;
  keys: Set<string>;
}

/** @throws SourceFault that names the entry or the table */
async function inPlace<Result>(place: string, ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof SourceFault ? error.of(place) : error;
  }
}

const { compare } = new Intl.Collator('en', { numeric: true });

function inOrder(rows: Row[]): Row[] {
  const texts = new Map(rows.map((row) => [row, JSON.stringify(Object.values(row))]));
  return rows.toSorted((one, other) => compare(texts.get(one) ?? '', texts.get(other) ?? ''));
}

/** How many of the keys of one row more than a page are of it. */
function pageEnd(keys: Key[], size: number): { length: number; next?: { next: Key } } {
  const beyond = keys[size];
  if (beyond === undefined) return { length: keys.length };
  const isOf = (key: Key | undefined): boolean => key !== undefined && keyText(key) === keyText(beyond);
  const before = keys.findIndex(isOf);
  const length = before > 0 ? before : size;
  return { length, next: { next: keys[length - 1] ?? beyond } };
}

/** Rows of one key: spelled so, or else in the one way that there is. */
function theOne(text: string, rows: Row[], columns: string[]): Row[] {
  const spelled = Map.groupBy(rows, (row) => keyText(keyOf(row, columns)));
  return spelled.get(text) ?? (spelled.size > 1 ? [] : rows);
}
