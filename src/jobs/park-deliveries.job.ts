import type { Sql } from '../entities/database/database.js';
import {
  hurryEnded,
  PARKED_AT_ONCE,
  parkIdle,
  wakeParked,
} from '../entities/subscriptions/parked-delivery.repository.js';

/** Keeps what may not go out of the way of what may. Gives how many rows changed. */
export async function parkIdleDeliveries(sql: Sql, now: Date): Promise<{ parked: number; woken: number }> {
  const all = async (some: () => Promise<number>): Promise<number> => {
    let total = 0;
    for (let done = PARKED_AT_ONCE; done === PARKED_AT_ONCE; total += done) done = await some();
    return total;
  };
  const parked = await all(() => parkIdle(sql));
  const woken = await all(() => wakeParked(sql, now));
  return { parked, woken: woken + (await all(() => hurryEnded(sql))) };
}
