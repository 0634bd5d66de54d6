/** Keys of records that an identifier names, by the statement that the file gives for it. */
import { identifierSql, sourceTypes } from './live-capabilities.js';
import type { OpenSource } from './source-connections.js';
import type { RecordMapping } from './source-file.schema.js';
import { keyText, type Key } from './source-reader.js';
import { withValues } from './watermark.js';

/** None where the entry cannot be asked by identifiers of this type. */
export async function keysNamed(
  { file, mapper, reader }: OpenSource,
  mapping: RecordMapping,
  { type, value }: { type: string; value: string },
): Promise<Key[]> {
  const statement = identifierSql(mapping, type);
  if (statement === undefined) return [];
  const paths = mapper.typeOf(mapping).recordType.identifierPaths;
  const keys = new Map<string, Key>();
  for (const own of sourceTypes(file, mapping, paths, type)) {
    const rows = await reader.database.find(withValues(reader.database, statement, { type: own, value }));
    for (const row of rows) {
      const key = Object.values(row).filter((part) => part !== null);
      if (key.length === mapping.key.length) keys.set(keyText(key), key);
    }
  }
  return [...keys.values()];
}
