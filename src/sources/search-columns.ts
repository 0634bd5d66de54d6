/**
 * A search of typed columns. Few hits are collected, counted and sorted at once. Where more match than are counted, the
 * page is read in its order from an index and nothing else is: by then it is known that hits are not rare, so that a walk
 * in order finds a page soon.
 */
import type { Sql } from '../entities/database/database.js';
import type { Scope } from './criteria.sql.js';
import { decodeCursor } from './cursor.js';
import { Parameters } from './parameters.js';
import type { SearchedTables } from './record-tables.js';
import type { SourceQuery, SourceResult } from './registry-source.js';
import { orderBy, sortColumns, type SortColumn } from './sort.sql.js';
import {
  afterCursor,
  conditionSql,
  keysOf,
  keysSql,
  offsetOf,
  orderOf,
  pageOf,
  type PageRow,
} from './search-documents.js';

export async function searchColumns(
  sql: Sql,
  query: SourceQuery,
  tables: () => SearchedTables,
  exactTotals: number,
): Promise<SourceResult> {
  const few = await fewHits(sql, query, tables(), exactTotals);
  const total = Number(few[0]?.total ?? 0);
  if (total <= exactTotals) return { ...pageOf(few, query), totalCount: total };
  const rows = await new ManyHits(sql, query, tables).page();
  const seen = rows.length === 0 ? 0 : offsetOf(query.page) + rows.length;
  return { ...pageOf(rows, query), totalCount: Math.max(exactTotals, seen), totalIsExact: false };
}

/** Asks for one hit more than is counted; a page only where that one is not there. */
function fewHits(sql: Sql, query: SourceQuery, tables: SearchedTables, exactTotals: number): Promise<PageRow[]> {
  const { scope, columns, hits } = hitsSql(query, tables);
  const { parameters } = scope;
  const most = parameters.add(exactTotals);
  const text = `WITH hits AS MATERIALIZED (${hits} LIMIT ${most}::bigint + 1),
  counted AS (SELECT count(*) AS total FROM hits),
  page AS (
    SELECT * FROM hits WHERE (SELECT total FROM counted) <= ${most} AND ${afterCursor(query, parameters, columns)}
    ORDER BY ${orderBy(columns, 'hits')}
    LIMIT ${parameters.add(query.page.size + 1)} OFFSET ${parameters.add(offsetOf(query.page))}
  )
  SELECT counted.total, r.id, r.version, r.data, ${keysOf(columns)} AS keys
  FROM counted LEFT JOIN (page JOIN registry_record r ON r.id = page.id) ON true
  ORDER BY ${orderBy(columns, 'page')}`;
  return sql.query<PageRow>(text, parameters.values, undefined, query.signal);
}

function hitsSql(query: SourceQuery, tables: SearchedTables) {
  const { definition, recordType, sort } = query;
  const scope: Scope = { definition, recordType, parameters: new Parameters(), tables };
  const columns = sortColumns(sort, scope);
  const condition = conditionSql(query, scope);
  const hits = `SELECT s.record_id AS id${keysSql(columns)} FROM ${tables.from()} WHERE ${condition}`;
  return { scope, columns, hits };
}

/** Those with a value of the first key in its order, then those without one: an index has them apart. */
type Phase = 'ALL' | 'VALUED' | 'MISSING';

class ManyHits {
  readonly #size: number;
  readonly #offset: number;

  constructor(
    private readonly sql: Sql,
    private readonly query: SourceQuery,
    private readonly tables: () => SearchedTables,
  ) {
    this.#size = query.page.size + 1;
    this.#offset = offsetOf(query.page);
  }

  async page(): Promise<PageRow[]> {
    if (this.query.sort.length === 0) return this.#read('ALL', this.#size, this.#offset);
    const past = this.#isPastValues();
    const valued = past ? [] : await this.#read('VALUED', this.#size, this.#offset);
    const left = this.#size - valued.length;
    if (left === 0) return valued;
    const before = valued.length > 0 || this.#offset === 0 ? this.#offset : await this.#countValued();
    return [...valued, ...(await this.#read('MISSING', left, this.#offset - before))];
  }

  /** Whether the cursor stands among those that have no value. */
  #isPastValues(): boolean {
    return this.#firstKey(hitsSql(this.query, this.tables()).columns) === null;
  }

  #firstKey(columns: SortColumn[]): string | null | undefined {
    const { page } = this.query;
    if (page.cursor === undefined) return undefined;
    return decodeCursor(
      page.cursor,
      orderOf(this.query),
      columns.map(({ type }) => type),
    ).keys[0];
  }

  /** Where the index is entered: what precisely follows a cursor, no index says. */
  #fromCursor({ parameters }: Scope, columns: SortColumn[]): string {
    const [first, key] = [columns[0], this.#firstKey(columns)];
    if (first === undefined || key == null) return '';
    return ` AND hits.k0 ${first.order === 'ASC' ? '>=' : '<='} ${parameters.add(key)}::${first.type}`;
  }

  #read(phase: Phase, limit: number, offset: number): Promise<PageRow[]> {
    const { scope, columns, hits } = hitsSql(this.query, this.tables());
    const { parameters } = scope;
    const after = `${afterCursor(this.query, parameters, columns)}${phase === 'VALUED' ? this.#fromCursor(scope, columns) : ''}`;
    const text = `WITH page AS (
      SELECT * FROM (${hits}) AS hits WHERE ${PHASES[phase]} AND ${after}
      ORDER BY ${orderIn(phase, columns)} LIMIT ${parameters.add(limit)} OFFSET ${parameters.add(offset)}
    )
    SELECT r.id, r.version, r.data, ${keysOf(columns)} AS keys FROM page JOIN registry_record r ON r.id = page.id
    ORDER BY ${orderBy(columns, 'page')}`;
    return this.sql.query<PageRow>(text, parameters.values, undefined, this.query.signal);
  }

  async #countValued(): Promise<number> {
    const { scope, hits } = hitsSql(this.query, this.tables());
    const text = `SELECT count(*)::float8 AS total FROM (${hits}) AS hits WHERE ${PHASES.VALUED}`;
    const [row] = await this.sql.query<{ total: number }>(text, scope.parameters.values, undefined, this.query.signal);
    return row?.total ?? 0;
  }
}

const PHASES: Record<Phase, string> = { ALL: 'true', VALUED: 'hits.k0 IS NOT NULL', MISSING: 'hits.k0 IS NULL' };

/** Without NULLS LAST, which no index read backwards has, and which means nothing where all have a value. */
function orderIn(phase: Phase, columns: SortColumn[]): string {
  const [first, ...rest] = columns;
  if (phase === 'ALL' || first === undefined) return orderBy(columns, 'hits');
  return phase === 'VALUED' ? `hits.k0 ${first.order}, ${orderBy(rest, 'hits')}` : orderBy(rest, 'hits');
}
