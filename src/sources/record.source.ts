/** Our own tables as a source of records: who is this by one prepared statement, every other question by its columns. */
import type { Sql } from '../entities/database/database.js';
import { coalesce } from '../platform/coalesce.js';
import { Layouts } from './layouts.js';
import { recordOf, searchDocuments, type RecordRow } from './search-documents.js';
import { searchColumns } from './search-columns.js';
import type { RegistrySource, SourceQuery, SourceResult } from './registry-source.js';

export interface RecordSourceOptions {
  /** Totals are counted up to here, and every one below it is exact. */
  exactTotals?: number;
  /** False: documents alone are searched. */
  layouts?: boolean;
}

export const EXACT_TOTALS = 10_000;

export function createRecordSource(
  sql: Sql,
  { exactTotals = EXACT_TOTALS, layouts: useLayouts = true }: RecordSourceOptions = {},
): RegistrySource {
  const find = coalesce((asked: readonly LookUp[]) => findTogether(sql, asked), { underWay: 2, atOnce: 16 });
  const layouts = new Layouts(sql);
  const searchAny = async (query: SourceQuery): Promise<SourceResult> => {
    const tables = useLayouts ? await layouts.tablesOf(query) : undefined;
    if (tables?.().help(query) !== true) return searchDocuments(sql, query);
    return searchColumns(sql, query, tables, Math.max(exactTotals, query.exactTo ?? 0));
  };
  return { search: async (query) => (await lookUp(find, query)) ?? searchAny(query) };
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

async function findTogether(sql: Sql, asked: readonly LookUp[]): Promise<RecordRow[][]> {
  const columns = (['registry', 'type', 'value', 'recordType', 'origin', 'most'] as const).map((name) =>
    asked.map((one) => one[name]),
  );
  const rows = await sql.query<RecordRow & { place: number }>(LOOK_UP, columns, 'records-by-identifiers');
  const found: RecordRow[][] = asked.map(() => []);
  for (const { place, ...row } of rows) found[place - 1]?.push(row);
  return found;
}

/**
 * The common question, who is this, by a statement that each connection prepares once. Undefined for any other question,
 * and where an identifier has more records than a page holds.
 */
async function lookUp(
  find: (one: LookUp) => Promise<RecordRow[]>,
  query: SourceQuery,
): Promise<SourceResult | undefined> {
  const { criteria, definition, recordType, origin = '', page } = query;
  const plain =
    !query.rowFilter && !query.consent && query.sort.length === 0 && page.number === 1 && page.cursor === undefined;
  if (!plain || !('identifier' in criteria)) return undefined;
  const { type, value } = criteria.identifier;
  const rows = await find({ registry: definition.registry, type, value, recordType, origin, most: page.size + 1 });
  if (rows.length > page.size) return undefined;
  return { records: rows.map((row) => recordOf(row, recordType)), totalCount: rows.length };
}
