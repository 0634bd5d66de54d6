/** Our own tables as a source of records, copies of mirrors among them: one statement a search. */
import type { Sql } from '../entities/database/database.js';
import { coalesce } from '../platform/coalesce.js';
import { consentSql } from './consent.sql.js';
import { criteriaSql, type Scope } from './criteria.sql.js';
import { decodeCursor, encodeCursor, orderName } from './cursor.js';
import { Parameters } from './parameters.js';
import type { RecordsOf, RecordSource, SourceQuery, SourceRecord, SourceResult } from './registry-source.js';
import { afterSql, orderBy, sortColumns, type SortColumn } from './sort.sql.js';

interface Row {
  id: string;
  version: string;
  data: Record<string, unknown>;
}

export function createRecordSource(sql: Sql): RecordSource {
  const find = coalesce((asked: readonly LookUp[]) => findTogether(sql, asked), { underWay: 2, atOnce: 16 });
  return {
    search: async (query) => (await lookUp(find, query)) ?? searchPage(sql, query),
    get: (of, ids) => recordsById(sql, of, ids),
  };
}

async function recordsById(sql: Sql, { definition, recordType, origin = '' }: RecordsOf, ids: string[]) {
  const rows = await sql.query<Row>(
    `SELECT r.id, r.version, r.data FROM registry_record r WHERE r.id = ANY ($1::uuid[]) AND r.registry = $2
       AND r.record_type = $3 AND r.origin = $4 AND r.deleted_at IS NULL`,
    [ids, definition.registry, recordType, origin],
    'records-by-ids',
  );
  return rows.map((row) => recordOf(row, recordType));
}

interface LookUp {
  registry: string;
  type: string;
  value: string;
  recordType: string;
  origin: string;
  most: number;
}

// Each question is answered by itself, under its place in the list.
const LOOK_UP = `SELECT asked.place::int, r.id, r.version, r.data
  FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::int[])
    WITH ORDINALITY AS asked (registry, type, value, record_type, origin, most, place)
  CROSS JOIN LATERAL (
    SELECT r.id, r.version, r.data FROM record_identifier i JOIN registry_record r ON r.id = i.record_id
    WHERE i.registry = asked.registry AND i.type = asked.type AND i.value = asked.value
      AND i.record_type = asked.record_type AND r.origin = asked.origin AND r.deleted_at IS NULL
    ORDER BY r.id LIMIT asked.most
  ) r ORDER BY asked.place, r.id`;

async function findTogether(sql: Sql, asked: readonly LookUp[]): Promise<Row[][]> {
  const columns = (['registry', 'type', 'value', 'recordType', 'origin', 'most'] as const).map((name) =>
    asked.map((one) => one[name]),
  );
  const rows = await sql.query<Row & { place: number }>(LOOK_UP, columns, 'records-by-identifiers');
  const found: Row[][] = asked.map(() => []);
  for (const { place, ...row } of rows) found[place - 1]?.push(row);
  return found;
}

/**
 * The common question, who is this, by a statement that each connection prepares once. Undefined for any other question,
 * and where an identifier has more records than a page holds.
 */
async function lookUp(find: (one: LookUp) => Promise<Row[]>, query: SourceQuery): Promise<SourceResult | undefined> {
  const { criteria, definition, recordType, origin = '', page } = query;
  const plain =
    !query.rowFilter && !query.consent && query.sort.length === 0 && page.number === 1 && page.cursor === undefined;
  if (!plain || !('identifier' in criteria)) return undefined;
  const { type, value } = criteria.identifier;
  const rows = await find({ registry: definition.registry, type, value, recordType, origin, most: page.size + 1 });
  if (rows.length > page.size) return undefined;
  return { records: rows.map((row) => recordOf(row, recordType)), totalCount: rows.length };
}

/** A row of the general statement: when nothing is on the page, one row carries the total alone. */
type PageRow = { [Key in keyof Row]: Row[Key] | null } & { total: string; keys: (string | null)[] };

async function searchPage(sql: Sql, query: SourceQuery): Promise<SourceResult> {
  const { definition, recordType, sort, page } = query;
  const scope = { definition, recordType, parameters: new Parameters() };
  const columns = sortColumns(sort, scope);
  const order = orderName(definition.registry, recordType, sort);
  const text = pageSql(query, scope, columns, order);
  const found = await sql.query<PageRow>(text, scope.parameters.values, undefined, query.signal);
  const rows = found.filter((row): row is PageRow & Row => row.id !== null);
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

const recordOf = ({ id, version, data }: Row, recordType: string): SourceRecord => ({
  id,
  recordType,
  version: Number(version),
  data,
});
