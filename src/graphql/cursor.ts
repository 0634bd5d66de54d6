/** Cursors of lists: the list and order they belong to, and the row's values in that order. Opaque to clients. */
import type { EntityMetadata } from '@mikro-orm/core';
import type { Order } from '../entities/database/read-rows.js';
import { isUuid } from '../platform/uuid.js';
import { invalid } from '../use-cases/errors.js';

/** Columns, the weightiest first. */
export type OrderBy = Record<string, 'asc' | 'desc'>;

/** The columns of an order. @throws when it does not end in the id: two rows could be equal in it */
export function keysOf(order: Order): string[] {
  const keys = order.map(([key]) => key);
  if (keys.at(-1) !== 'id') throw new Error('the order of a list must end in id');
  return keys;
}

export function encodeCursor<Node extends object>(meta: EntityMetadata<Node>, keys: string[], node: Node): string {
  const values = keys.map((key) => (node as Record<string, unknown>)[key]);
  return Buffer.from(JSON.stringify([nameOf(meta, keys), ...values])).toString('base64url');
}

/** @throws DomainError for a cursor of another list or order, and for anything that is none */
export function decodeCursor<Node extends object>(
  meta: EntityMetadata<Node>,
  keys: string[],
  field: string,
  cursor: string,
): Record<string, unknown> {
  const [name, ...values] = parse(cursor);
  const properties: Record<string, { type: unknown } | undefined> = meta.properties;
  const valid =
    name === nameOf(meta, keys) &&
    values.length === keys.length &&
    keys.every((key, index) => fits(properties[key]?.type, values[index]));
  if (!valid) throw invalid(field, `not a cursor of this list in this order; begin without it`);
  return Object.fromEntries(keys.map((key, index) => [key, values[index]]));
}

const nameOf = (meta: { tableName: string }, keys: string[]): string => [meta.tableName, ...keys].join(' ');

function parse(cursor: string): unknown[] {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parsed) ? parsed : [];
  } catch {
    return [];
  }
}

/** A value that PostgreSQL would choke on never reaches it. */
function fits(type: unknown, value: unknown): boolean {
  if (type === 'uuid') return typeof value === 'string' && isUuid(value);
  if (type === 'text') return typeof value === 'string' && !value.includes('\0');
  return NUMBERS.has(type) && Number.isSafeInteger(value);
}

const NUMBERS = new Set<unknown>(['integer', 'BigIntType', 'bigint']);
