import type { Sql } from '../entities/database/database.js';
import { parkIdle, wakeParked } from '../entities/deliveries/parked-delivery.repository.js';

const BATCH = 5000;

/** Keeps what may not go out of the way of what may. Gives how many rows changed. */
export async function parkIdleDeliveries(sql: Sql): Promise<{ parked: number; woken: number }> {
  const all = async (some: typeof parkIdle): Promise<number> => {
    let total = 0;
    for (let done = BATCH; done === BATCH; total += done) done = await some(sql, BATCH);
    return total;
  };
  return { parked: await all(parkIdle), woken: await all(wakeParked) };
}
