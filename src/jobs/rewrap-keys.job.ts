/** Moves every wrapped key from another master key to MASTER_KEY, a batch at a time, while the gateway runs. */
import { rewrapBatch, WRAPPED } from '../entities/database/wrapped-keys.repository.js';
import type { Database } from '../entities/database/database.js';
import type { Log } from '../platform/log.js';
import type { MasterKey } from '../platform/master-key.js';

/** @returns how many were moved; 0 means that the other master key is needed no more */
export async function rewrapKeys(database: Database, masterKey: MasterKey, log: Log): Promise<{ rewrapped: number }> {
  let rewrapped = 0;
  for (const wrapped of WRAPPED) {
    let after: string | undefined = '00000000-0000-0000-0000-000000000000';
    while (after !== undefined) {
      const from: string = after;
      const batch = await database.transaction((unit) => rewrapBatch(unit, wrapped, masterKey, from));
      rewrapped += batch.rewrapped;
      after = batch.last;
    }
  }
  if (rewrapped > 0) log.info({ rewrapped }, 'keys moved to MASTER_KEY');
  else log.warn('every key is under MASTER_KEY: MASTER_KEY_PREVIOUS can be taken out once all processes have it so');
  return { rewrapped };
}
