/** Rows as a file: one JSON object a line, or a table whose columns are the paths of what stands in them. */
import type { FileKind } from './download-menu.js';
import { isObject } from './json-object.js';
import { saveFile } from './save-file.js';

export type RowsKind = Exclude<FileKind, 'json'>;
type Row = Record<string, unknown>;

export function saveRows(name: string, kind: RowsKind, rows: Row[]): void {
  const text = kind === 'csv' ? toCsv(rows.map((row) => flat(row))) : rows.map((row) => JSON.stringify(row)).join('\n');
  const type = kind === 'csv' ? 'text/csv;charset=utf-8' : 'application/x-ndjson';
  // Spreadsheets read UTF-8 by its mark.
  saveFile(`${name}.${kind}`, new Blob([kind === 'csv' ? '\uFEFF' : '', text, '\n'], { type }));
}

function flat(row: Row, prefix = ''): Row {
  const entries = Object.entries(row).filter(([name]) => name !== '__typename');
  return Object.fromEntries(
    entries.flatMap(([name, value]): [string, unknown][] =>
      isObject(value) ? Object.entries(flat(value, `${prefix}${name}.`)) : [[`${prefix}${name}`, value]],
    ),
  );
}

function toCsv(rows: Row[]): string {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((cells) => cells.map(cellOf).join(','))
    .join('\r\n');
}

function cellOf(value: unknown): string {
  // A spreadsheet would take some texts for formulas.
  const text = typeof value === 'string' ? value.replace(/^(?=[=+\-@\t\r])/, "'") : JSON.stringify(value ?? '');
  const safe = value == null ? '' : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
