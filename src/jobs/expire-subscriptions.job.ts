/** Subscriptions whose `end_time` has passed: they end, and what is still pending of them is cancelled. */
import type { Database } from '../entities/database/database.js';
import { expireDue } from '../entities/subscriptions/subscription-end.repository.js';

const BATCH = 200;

/** Gives how many have expired. */
export async function expireSubscriptions({
  database,
  clock,
}: {
  database: Database;
  clock: () => Date;
}): Promise<number> {
  let expired = 0;
  for (let done = BATCH; done === BATCH; expired += done)
    done = await database.transaction((unit) => expireDue(unit, clock(), BATCH));
  return expired;
}
