/** A row as a source gives it: its key, and its cells as text. */
import { hash } from 'node:crypto';
import { readIdentifierValue } from '../../protocol/registries/records/identifier-value.js';
import type { Row } from './source-database.js';
import { ShapeFault, SourceFault } from './source-fault.js';

export type Key = string[];

export const keyText = (key: Key): string => JSON.stringify(key);

/** An index of PostgreSQL takes no value beyond 2704 bytes. */
const LONGEST_NAME = 2000;
/** By what the key of a row that went into a record is looked for: itself, or the digest of one that no index takes. */
export const keyName = (key: Key): string => {
  const text = keyText(key);
  return Buffer.byteLength(text) <= LONGEST_NAME ? text : hash('sha256', text);
};

/** A part without a value is empty. @throws SourceFault where a column is missing */
export const keyOf = (row: Row, columns: string[]): Key => columns.map((column) => cell(row, column) ?? '');

/** Of a row of a statement that leads to records; undefined where it leads to none. @throws ShapeFault */
export function ledKey(row: Row, columns: string[]): Key | undefined {
  const parts = Object.values(row);
  if (parts.length !== columns.length)
    throw new ShapeFault(
      `a statement that leads to records gives ${Object.keys(row).join(', ')}: it must give the key alone (${columns.join(', ')})`,
    );
  return parts.every((part) => part !== null) ? parts : undefined;
}

/** NULL and empty text are absent. @throws SourceFault where there is no such column */
export function cell(row: Row, column: string): string | undefined {
  const value = row[column];
  if (value === undefined) throw new SourceFault(`there is no column ${column} in what the source gives`);
  return value === null || value === '' ? undefined : value;
}

/** The same without spaces around it, such as those that fill a char(n). */
export function trimmed(row: Row, column: string): string | undefined {
  const text = cell(row, column)?.trim();
  return text === '' ? undefined : text;
}

/** The same as it is stored and asked for; undefined also for what identifies nobody. */
export const identifierIn = (row: Row, column: string): string | undefined => readIdentifierValue(cell(row, column));

/** Whether a source may take two keys for one: by its collation, case, accents and spaces at the end may not count. */
export const mayBeOne = (one: Key, other: Key): boolean =>
  one.every((part, index) => {
    const parts = [part, other[index] ?? ''];
    const [left, right] = parts.map((text) => text.trimEnd().toLowerCase());
    return left === right || parts.some((text) => !/^[ -~]*$/.test(text));
  });
