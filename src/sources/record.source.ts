/** Our own tables as a source of records, copies of mirrors among them: who is this by one prepared statement, every other question by columns. */
import type { Sql } from '../entities/database/database.js';
import { Layouts } from './layouts.js';
import { createFinder } from './look-up.js';
import type { FoundRow } from './look-up.sql.js';
import type { RecordTables, SourceQuery, SourceResult } from './registry-source.js';
import { recordOf, searchDocuments } from './search-documents.js';
import { searchColumns } from './search-columns.js';

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
): RecordTables {
  const find = createFinder(sql);
  const layouts = new Layouts(sql);
  const searchAny = async (query: SourceQuery): Promise<SourceResult> => {
    if (query.uncounted === true) return searchDocuments(sql, query);
    const tables = useLayouts ? await layouts.tablesOf(query) : undefined;
    if (tables?.().help(query) !== true) return searchDocuments(sql, query);
    return searchColumns(sql, query, tables, Math.max(exactTotals, query.exactTo ?? 0));
  };
  return {
    search: async (query) => {
      const rows = await find.one(query);
      return rows === undefined ? searchAny(query) : foundOf(rows, query);
    },
    lookUp: async (queries) => {
      const found = await find.each(queries);
      return queries.map((query, index) => {
        const rows = found[index];
        return rows === undefined ? undefined : foundOf(rows, query);
      });
    },
  };
}

const foundOf = (rows: FoundRow[], { recordType }: SourceQuery): SourceResult => ({
  records: rows.map((row) => recordOf(row, recordType)),
  totalCount: rows.length,
});
