/** Records that change by time alone, such as a membership that ends by its date: nobody writes to them, so the file says who they are. */
import type { StoredSource } from '../../entities/sources/source.repository.js';
import type { OpenSource } from './source-connections.js';
import type { RecordMapping, SourceFile } from './source-file.schema.js';
import { keyText, ledKey, type Key } from './source-row.js';
import { withValues } from './watermark.js';

/** When an entry is to be asked for them next, by our clock; never, where its file does not say how. */
export function refreshDueAt({ refresh, name }: RecordMapping, { capture }: Pick<StoredSource, 'capture'>): number {
  if (refresh === undefined) return Infinity;
  const { at } = capture.refreshed?.[name] ?? {};
  return at === undefined ? 0 : Date.parse(at) + refresh.every;
}

export const nextRefresh = ({ records }: SourceFile, source: Pick<StoredSource, 'capture'>): number =>
  Math.min(...records.map((mapping) => refreshDueAt(mapping, source)));

/** @param last the source's clock when it was last asked */
export async function refreshedKeys({ reader }: OpenSource, mapping: RecordMapping, last: string): Promise<Key[]> {
  if (mapping.refresh === undefined) return [];
  const rows = await reader.database.query(withValues(reader.database, mapping.refresh.sql, { last }));
  const keys = rows.map((row) => ledKey(row, mapping.key)).filter((key) => key !== undefined);
  return [...new Map(keys.map((key) => [keyText(key), key])).values()];
}
