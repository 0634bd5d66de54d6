/** Where a page ended: the last record's sort keys and id, as opaque text that a partner hands back. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Sort } from '../protocol/query/criteria.js';
import { paginationInvalid } from '../protocol/query/parse-page.js';
import type { ColumnType } from './sort.sql.js';

export interface Position {
  /** As text; null where the record has no such value. */
  keys: (string | null)[];
  id: string;
}

/** Ties a cursor to one order of one record type: keys of another order would mean other columns. */
export const orderName = (registry: string, recordType: string, sort: Sort[]): string =>
  createHash('sha256')
    .update(JSON.stringify([registry, recordType, sort]))
    .digest('base64url')
    .slice(0, 12);

export const encodeCursor = (order: string, { keys, id }: Position): string =>
  Buffer.from(JSON.stringify({ order, keys, id })).toString('base64url');

/** @throws ItemRejected `rjct.pagination.invalid` for a cursor that is not ours, was changed, or belongs to another order */
export function decodeCursor(cursor: string, order: string, types: ColumnType[]): Position {
  const fits = (key: string | null, index: number) => key === null || IS_KEY[types[index] ?? 'text'](key);
  const shape = z.strictObject({
    order: z.literal(order),
    keys: z
      .array(z.string().nullable())
      .length(types.length)
      .refine((keys) => keys.every(fits)),
    id: z.uuid(),
  });
  const read = shape.safeParse(parse(cursor));
  if (read.success) return read.data;
  throw paginationInvalid('cursor is the next_cursor of an earlier reply, unchanged, to a search with the same sort');
}

/** What PostgreSQL reads as a value of the column. */
const IS_KEY: Record<ColumnType, (key: string) => boolean> = {
  text: (key) => key.isWellFormed() && !key.includes('\0'),
  numeric: (key) => /^-?\d{1,400}(\.\d{1,400})?$/.test(key),
  boolean: (key) => key === 'true' || key === 'false',
};

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString());
  } catch {
    return undefined;
  }
}
