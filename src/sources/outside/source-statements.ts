/** Statements of a file that loading its rows does not need: they are asked once somebody searches, or a row changes. */
import { sql } from 'kysely';
import type { Finding, Place } from './finding.js';
import { publishedTables } from './publication.js';
import type { OpenSource } from './source-connections.js';
import { isOfStatement, SourceFault } from './source-fault.js';
import type { RecordMapping } from './source-file.schema.js';
import type { SourceReader } from './source-reader.js';
import { ledKey } from './source-row.js';
import { leadsTo } from './touched-keys.js';
import { isColumn, withValues } from './watermark.js';
import { placesIn } from './watched-tables.js';

export const MADE_UP = '0';

/** By what a live source is asked for records of this entry. */
export function lookUpsOf({ search: { identifier } }: RecordMapping): [Place, string][] {
  const ways = typeof identifier === 'string' ? { '': identifier } : (identifier ?? {});
  return Object.entries(ways).map(([type, how]): [Place, string] => [
    ['search', 'identifier', ...(type === '' ? [] : [type])],
    how,
  ]);
}

/** What a search of a live source would fail at. */
export async function searchFaults({ file, reader }: OpenSource): Promise<Finding[]> {
  const tries: [Place, Promise<unknown>][] = file.records.flatMap((mapping, index) => {
    const { identifier: _, ...columns } = mapping.search;
    const lookUps = lookUpsOf(mapping).map(([place, how]): [Place, Promise<unknown>] => [
      ['records', index, ...place],
      tryStatement(reader, mapping.key, how, { type: MADE_UP, value: MADE_UP }),
    ]);
    const others = Object.entries(columns).map(([path, searched]): [Place, Promise<unknown>] => [
      ['records', index, 'search', path],
      'column' in searched ? reader.probeColumn(mapping, searched.column) : Promise.resolve(),
    ]);
    return [...lookUps, ...others];
  });
  return faultsOf(tries);
}

/** What a change of a record that others embed would fail at. */
export async function embeddingFaults({ file, reader }: OpenSource): Promise<Finding[]> {
  const tries = file.records.flatMap(({ touched_by: touching, key }, index) =>
    file.records.flatMap((embedded): [Place, Promise<unknown>][] => {
      const how = touching[embedded.name];
      if (how === undefined || isColumn(how) || how === 'none') return [];
      const values = Object.fromEntries(embedded.key.map((column) => [column, MADE_UP]));
      const place = ['records', index, 'touched_by', embedded.name];
      return [[place, tryStatement(reader, key, how, values)]];
    }),
  );
  return faultsOf(tries);
}

/** What a row that a publication tells of would fail at. */
export async function leadFaults(open: OpenSource): Promise<Finding[]> {
  const tries = (await publishedTables(open)).flatMap(({ watched, table }) =>
    watched.leads.flatMap((lead): [Place, Promise<unknown>][] => {
      const place = ['records', open.file.records.indexOf(lead.mapping), 'touched_by', watched.name];
      if (table === undefined || lead.how === undefined || lead.how === 'all') return [];
      const places = Object.fromEntries(placesIn(lead.how).map((name) => [name, MADE_UP]));
      const tried = isColumn(lead.how)
        ? leadsTo(open, table, lead, [{}])
        : tryStatement(open.reader, lead.mapping.key, lead.how, places);
      return [[place, tried]];
    }),
  );
  return faultsOf(tries);
}

/** One row of nothing tells its columns; a statement that cannot be part of another is asked as it stands. */
async function tryStatement(
  { database }: SourceReader,
  columns: string[],
  how: string,
  values: Record<string, string>,
): Promise<void> {
  const asked = withValues(database, how.replace(/;\s*$/, ''), values);
  const whole = sql`select tried.* from (select 1 as one) as of_any left join (${asked}\n) as tried on 1 = 0`;
  const rows = await database.find(whole).catch((error: unknown) => {
    if (!(error instanceof SourceFault)) throw error;
    return database.find(asked);
  });
  for (const row of rows) ledKey(row, columns);
}

async function faultsOf(tries: [Place, Promise<unknown>][]): Promise<Finding[]> {
  const ends = await Promise.allSettled(tries.map(([, tried]) => tried));
  return ends.flatMap((end, index) => {
    if (end.status === 'fulfilled') return [];
    const error: unknown = end.reason;
    if (!(error instanceof SourceFault)) throw error;
    // Of the made-up value, or of the moment: another one may go well.
    return isOfStatement(error) ? [{ place: tries[index]?.[0] ?? [], message: error.message }] : [];
  });
}
