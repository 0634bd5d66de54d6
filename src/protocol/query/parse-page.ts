/** `pagination` of a search (protocol 2.5), after translation, with `cursor` as our extension. Texts name the wire's members. */
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE, type Page } from './criteria.js';
import { ItemRejected } from '../errors.js';
import { isObject } from '../../platform/plain-object.js';

const MAX_PAGE_NUMBER = 2 ** 31 - 1;
const MAX_CURSOR = 30_000;

/** @throws ItemRejected `rjct.pagination.invalid` */
export function parsePage(pagination: unknown): Page {
  if (pagination === undefined || pagination === null || pagination === '')
    return { size: DEFAULT_PAGE_SIZE, number: 1 };
  if (!isObject(pagination)) throw paginationInvalid('pagination is an object with page_size and page_number');
  const { size, number, cursor } = pagination;
  return {
    size: count('page_size', size, DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE),
    number: count('page_number', number, 1, MAX_PAGE_NUMBER),
    ...(cursor !== undefined && cursor !== null && { cursor: readCursor(cursor) }),
  };
}

export const paginationInvalid = (text: string): ItemRejected => new ItemRejected('rjct.pagination.invalid', text);

function count(name: string, value: unknown, otherwise: number, most: number): number {
  if (value === undefined || value === null) return otherwise;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= most) return value;
  throw paginationInvalid(`${name} is a whole number from 1 to ${most}`);
}

function readCursor(cursor: unknown): string {
  if (typeof cursor === 'string' && cursor.length > 0 && cursor.length <= MAX_CURSOR) return cursor;
  throw paginationInvalid('cursor is the next_cursor of an earlier reply, unchanged');
}
