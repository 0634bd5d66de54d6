import type { Sql } from '../entities/database/database.js';
import { restIdle, wakeRested } from '../entities/deliveries/resting-delivery.repository.js';

const BATCH = 5000;

/** Keeps what may not go out of the way of what may. Gives how many rows changed. */
export async function restDeliveries(sql: Sql, now: Date): Promise<{ rested: number; woken: number }> {
  const all = async (some: typeof restIdle): Promise<number> => {
    let total = 0;
    for (let done = BATCH; done === BATCH; total += done) done = await some(sql, now, BATCH);
    return total;
  };
  return { rested: await all(restIdle), woken: await all(wakeRested) };
}
