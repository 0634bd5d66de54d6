/** A search of the documents themselves: one statement, and an exact total. */
import type { Sql } from '../entities/database/database.js';
import { consentSql } from './consent.sql.js';
import { criteriaSql, type Scope } from './criteria.sql.js';
import { decodeCursor, encodeCursor, orderName } from './cursor.js';
import type { FoundRow } from './look-up.sql.js';
import { Parameters } from './parameters.js';
import { DOCUMENTS } from './record-tables.js';
import type { SourceQuery, SourceRecord, SourceResult } from './registry-source.js';
import { afterSql, orderBy, sortColumns, type SortColumn } from './sort.sql.js';

/** A row of the general statement: when nothing is on the page, one row carries the total alone. */
export type PageRow = { [Key in keyof FoundRow]: FoundRow[Key] | null } & { total: string; keys: (string | null)[] };

export async function searchDocuments(sql: Sql, query: SourceQuery): Promise<SourceResult> {
  const { definition, recordType, sort } = query;
  const scope = { definition, recordType, parameters: new Parameters(), tables: DOCUMENTS };
  const columns = sortColumns(sort, scope);
  const found = await sql.query<PageRow>(
    pageSql(query, scope, columns),
    scope.parameters.values,
    undefined,
    query.signal,
  );
  return { ...pageOf(found, query), totalCount: Number(found[0]?.total ?? 0) };
}

// `hits` holds ids and keys only, for the count and the page; the records are fetched for the page alone.
function pageSql(query: SourceQuery, scope: Scope, columns: SortColumn[]): string {
  const { origin = '', page } = query;
  const { parameters } = scope;
  return `WITH hits AS (
    SELECT r.id${keysSql(columns)} FROM registry_record r
    WHERE r.registry = ${parameters.add(scope.definition.registry)} AND r.record_type = ${parameters.add(scope.recordType)}
      AND r.origin = ${parameters.add(origin)} AND r.deleted_at IS NULL AND ${conditionSql(query, scope)}
  ), page AS (
    SELECT * FROM hits WHERE ${afterCursor(query, parameters, columns)}
    ORDER BY ${orderBy(columns, 'hits')}
    LIMIT ${parameters.add(page.size + 1)}
    OFFSET ${parameters.add(offsetOf(page))}
  )
  SELECT counted.total, r.id, r.version, r.data, ${keysOf(columns)} AS keys
  FROM (SELECT ${query.uncounted === true ? '0' : 'count(*)'} AS total${query.uncounted === true ? '' : ' FROM hits'}) AS counted
  LEFT JOIN (page JOIN registry_record r ON r.id = page.id) ON true
  ORDER BY ${orderBy(columns, 'page')}`;
}

/** What a record must be: asked for, let out by the row filter, consented to. */
export function conditionSql({ criteria, rowFilter, consent }: SourceQuery, scope: Scope): string {
  const conditions = [criteria, ...(rowFilter ? [rowFilter] : [])].map((part) => criteriaSql(part, scope));
  if (consent) conditions.push(consentSql(consent, scope));
  return conditions.join(' AND ');
}

export const keysSql = (columns: SortColumn[]): string =>
  columns.map(({ sql, name }) => `, ${sql} AS ${name}`).join('');

export const keysOf = (columns: SortColumn[]): string =>
  `ARRAY[${columns.map(({ name }) => `page.${name}::text`).join(', ')}]::text[]`;

export const offsetOf = ({ cursor, number, size }: SourceQuery['page']): number =>
  cursor === undefined ? (number - 1) * size : 0;

export function afterCursor(query: SourceQuery, parameters: Parameters, columns: SortColumn[]): string {
  const { page } = query;
  if (page.cursor === undefined) return 'true';
  const types = columns.map(({ type }) => type);
  const position = decodeCursor(page.cursor, orderOf(query), types);
  const places = position.keys.map((key, index) => (key === null ? null : `${parameters.add(key)}::${types[index]}`));
  return afterSql(columns, 'hits', places, `${parameters.add(position.id)}::uuid`);
}

export const orderOf = ({ definition, recordType, sort }: SourceQuery): string =>
  orderName(definition.registry, recordType, sort);

/** @param found one more than a page holds, where more follow */
export function pageOf(found: PageRow[], query: SourceQuery): Pick<SourceResult, 'records' | 'nextCursor'> {
  const { recordType, page } = query;
  const rows = found.filter((row): row is PageRow & FoundRow => row.id !== null);
  const kept = rows.slice(0, page.size);
  const last = kept.at(-1);
  return {
    records: kept.map((row) => recordOf(row, recordType)),
    ...(rows.length > kept.length && last && { nextCursor: encodeCursor(orderOf(query), last) }),
  };
}

export const recordOf = ({ id, version, data }: FoundRow, recordType: string): SourceRecord => ({
  id,
  recordType,
  version: Number(version),
  data,
});
