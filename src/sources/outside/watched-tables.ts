/** Tables of a source whose rows lead to records, and what of a row is needed to follow it there. */
import type { RecordMapping, SourceFile } from './source-file.schema.js';
import { isColumn } from './watermark.js';

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

const known = new WeakMap<SourceFile, WatchedTable[]>();

/** The same ones each time. */
export function watchedTables(file: SourceFile): WatchedTable[] {
  const tables = known.get(file) ?? tablesOf(file);
  known.set(file, tables);
  return tables;
}

function tablesOf({ records, capture }: SourceFile): WatchedTable[] {
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

/** Columns that a lead needs; undefined where it is an expression. */
export function placesOf({ mapping, how }: Leads): string[] | undefined {
  if (how === undefined) return mapping.key;
  if (how === 'all') return [];
  if (/^[A-Za-z_]\w*$/.test(how)) return [how];
  return isColumn(how) ? undefined : placesIn(how);
}

/** `:name` of a statement; not the time in `'12:30'`, nor a cast. */
export const placesIn = (how: string): string[] =>
  [...how.matchAll(/(?<!:):([A-Za-z_]\w*)/g)].map(([, name = '']) => name);

/** Every word of what leads from a row to a record, as it stands there, as quoted, and in small letters as SQL reads it. */
export const wordsOf = ({ leads, ignore }: WatchedTable): Set<string> =>
  new Set([
    ...leads.flatMap(({ mapping, how }) => (how === undefined ? mapping.key : [how, ...wordsIn(how)])),
    ...Object.keys(ignore),
  ]);

function wordsIn(how: string): string[] {
  const words = how.match(/[\p{L}\p{M}\p{N}_$]+/gu) ?? [];
  const quoted = [...how.matchAll(/"((?:[^"]|"")+)"/g)].map(([, name = '']) => name.replaceAll('""', '"'));
  return [...words, ...words.map((word) => word.toLowerCase()), ...quoted];
}
