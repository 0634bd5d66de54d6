/** Tables of a source whose rows lead to records, and what of a row is needed to follow it there. */
import type { RecordMapping, SourceFile } from './source-file.schema.js';

export interface Leads {
  mapping: RecordMapping;
  /** A column or SQL; undefined where the table has the record's own key. */
  how?: string;
}

export interface WatchedTable {
  /** As the file names it. */
  name: string;
  leads: Leads[];
  /** Rows with these values of a column change nothing. */
  ignore: Record<string, string[]>;
}

export function watchedTables({ records, capture }: SourceFile): WatchedTable[] {
  const entries = new Set(records.map(({ name }) => name));
  const tables = new Map<string, WatchedTable>();
  const watch = (name: string, lead: Leads): void => {
    const table = tables.get(name) ?? { name, leads: [], ignore: capture.ignore?.[name] ?? {} };
    table.leads.push(lead);
    tables.set(name, table);
  };
  for (const mapping of records) {
    const touching = Object.entries(mapping.touched_by).filter(([name, how]) => !entries.has(name) && how !== 'none');
    for (const [name, how] of touching) watch(name, { mapping, how });
    if (touching.length === 0 && mapping.from !== undefined) watch(mapping.from, { mapping });
  }
  return [...tables.values()];
}

/** Every word of what leads from a row to a record: more than its columns, never less. */
export const wordsOf = ({ leads, ignore }: WatchedTable): Set<string> =>
  new Set([
    ...leads.flatMap(({ mapping, how }) => (how === undefined ? mapping.key : (how.match(/\w+/g) ?? []))),
    ...Object.keys(ignore),
  ]);
