/** Our own tables as a source of records, copies of mirrors among them: one statement a search. */
import type { Sql } from '../entities/database/database.js';
import { consentSql } from './consent.sql.js';
import { criteriaSql, type Scope } from './criteria.sql.js';
import { decodeCursor, encodeCursor, orderName } from './cursor.js';
import { createFinder, type FoundRow } from './look-up.js';
import { Parameters } from './parameters.js';
import type { RecordsOf, RecordSource, SourceQuery, SourceRecord, SourceResult } from './registry-source.js';
import { afterSql, orderBy, sortColumns, type SortColumn } from './sort.sql.js';

export function createRecordSource(sql: Sql): RecordSource {
  const find = createFinder(sql);
  return {
    search: async (query) => {
      const rows = await find(query);
      if (rows === undefined) return searchPage(sql, query);
      return { records: rows.map((row) => recordOf(row, query.recordType)), totalCount: rows.length };
    },
    get: (of, ids) => recordsById(sql, of, ids),
  };
}

async function recordsById(sql: Sql, { definition, recordType, origin = '' }: RecordsOf, ids: string[]) {
  const rows = await sql.query<FoundRow>(
    `SELECT r.id, r.version, r.data FROM registry_record r WHERE r.id = ANY ($1::uuid[]) AND r.registry = $2
       AND r.record_type = $3 AND r.origin = $4 AND r.deleted_at IS NULL`,
    [ids, definition.registry, recordType, origin],
    'records-by-ids',
  );
  return rows.map((row) => recordOf(row, recordType));
}

/** A row of the general statement: when nothing is on the page, one row carries the total alone. */
type PageRow = { [Key in keyof FoundRow]: FoundRow[Key] | null } & { total: string; keys: (string | null)[] };

async function searchPage(sql: Sql, query: SourceQuery): Promise<SourceResult> {
  const { definition, recordType, sort, page } = query;
  const scope = { definition, recordType, parameters: new Parameters() };
  const columns = sortColumns(sort, scope);
  const order = orderName(definition.registry, recordType, sort);
  const text = pageSql(query, scope, columns, order);
  const found = await sql.query<PageRow>(text, scope.parameters.values, undefined, query.signal);
  const rows = found.filter((row): row is PageRow & FoundRow => row.id !== null);
  const kept = rows.slice(0, page.size);
  const last = kept.at(-1);
  return {
    records: kept.map((row) => recordOf(row, recordType)),
    totalCount: Number(found[0]?.total ?? 0),
    ...(rows.length > kept.length && last && { nextCursor: encodeCursor(order, last) }),
  };
}

// `hits` holds ids and keys only, for the count and the page; the records are fetched for the page alone.
function pageSql(query: SourceQuery, scope: Scope, columns: SortColumn[], order: string): string {
  const { criteria, rowFilter, consent, origin = '', page } = query;
  const { parameters } = scope;
  const conditions = [criteria, ...(rowFilter ? [rowFilter] : [])].map((part) => criteriaSql(part, scope));
  if (consent) conditions.push(consentSql(consent, scope));
  const keys = columns.map(({ sql, name }) => `, ${sql} AS ${name}`).join('');
  return `WITH hits AS (
    SELECT r.id${keys} FROM registry_record r
    WHERE r.registry = ${parameters.add(scope.definition.registry)} AND r.record_type = ${parameters.add(scope.recordType)}
      AND r.origin = ${parameters.add(origin)} AND r.deleted_at IS NULL AND ${conditions.join(' AND ')}
  ), page AS (
    SELECT * FROM hits WHERE ${afterCursor(query, parameters, columns, order)}
    ORDER BY ${orderBy(columns, 'hits')}
    LIMIT ${parameters.add(page.size + 1)}
    OFFSET ${parameters.add(page.cursor === undefined ? (page.number - 1) * page.size : 0)}
  )
  SELECT counted.total, r.id, r.version, r.data, ARRAY[${columns.map(({ name }) => `page.${name}::text`).join(', ')}]::text[] AS keys
  FROM (SELECT count(*) AS total FROM hits) AS counted
  LEFT JOIN (page JOIN registry_record r ON r.id = page.id) ON true
  ORDER BY ${orderBy(columns, 'page')}`;
}

function afterCursor({ page }: SourceQuery, parameters: Parameters, columns: SortColumn[], order: string): string {
  if (page.cursor === undefined) return 'true';
  const types = columns.map(({ type }) => type);
  const position = decodeCursor(page.cursor, order, types);
  const places = position.keys.map((key, index) => (key === null ? null : `${parameters.add(key)}::${types[index]}`));
  return afterSql(columns, 'hits', places, `${parameters.add(position.id)}::uuid`);
}

const recordOf = ({ id, version, data }: FoundRow, recordType: string): SourceRecord => ({
  id,
  recordType,
  version: Number(version),
  data,
});
