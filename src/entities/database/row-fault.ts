/** Faults that belong to one row: they come again with it, and with no other. */
import { SealBroken } from '../../platform/sealed-box.js';
import { sqlStateOf } from './database.js';

/** Of a row that was read, and that nothing can be made of. */
export class RowBroken extends Error {
  override name = 'RowBroken';
}

/** A value that is none of its kind; a part of a table that was damaged. */
const OF_ROWS = /^(22\w{3}|XX001)$/;

/** A connection, a timeout, a deadlock, a full disk, a key of ours: those are everybody's, and go by. */
export const isRowFault = (error: unknown): boolean =>
  error instanceof RowBroken || error instanceof SealBroken || OF_ROWS.test(String(sqlStateOf(error)));

/** What is made of a row in memory: whatever goes wrong then is the row's. @throws RowBroken */
export function madeOfRow<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (cause) {
    throw new RowBroken(`${what} cannot be made of a row`, { cause });
  }
}
