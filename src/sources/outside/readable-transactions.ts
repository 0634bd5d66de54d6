/**
 * A PostgreSQL server tells its stream of a transaction once it stands in the log, and lets others read what it wrote a
 * moment later; where the commit waits for a standby, much later. Who reads in between reads what was there before, and
 * would take the change for none.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { SourceDatabase } from './source-database.js';

const AGAIN_MS = 5;
const AT_LAST_MS = 500;

/** @param told numbers of transactions, as the stream has them. @throws once `signal` is aborted, SourceFault */
export async function untilReadable(database: SourceDatabase, told: Set<number>, signal: AbortSignal): Promise<void> {
  for (let [left, ms] = [[...told], AGAIN_MS]; left.length > 0; ms = Math.min(2 * ms, AT_LAST_MS)) {
    const [row] = await database.query(sql`select txid_current_snapshot()::text as snapshot`);
    left = unreadable(row?.['snapshot'] ?? '', left);
    if (left.length > 0) await sleep(ms, undefined, { signal });
  }
}

/**
 * Those that a snapshot, `xmin:xmax:running,…`, does not show. Its numbers count on (64 bits), of which the stream has the
 * lower half, which begins anew: which of two comes first is judged by the shorter way.
 */
export function unreadable(snapshot: string, told: number[]): number[] {
  const [, next = '', running = ''] = snapshot.split(':');
  const half = (number: string): number => Number(BigInt(number) & 0xffff_ffffn);
  const [end, open] = [half(next), new Set(running.split(',').map(half))];
  return told.filter((number) => open.has(number) || ((number - end) | 0) >= 0);
}
