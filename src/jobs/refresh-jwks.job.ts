/** Keys of senders follow their JWKS without anybody asking; each is read about once an hour by one process. */
import { claimStaleJwks } from '../entities/senders/jwks-read.repository.js';
import { eachInTurn } from '../platform/each-in-turn.js';
import type { Services } from '../use-cases/services.js';
import { isFaultOfPartner, JWKS_REFRESH, refreshSenderKeys } from '../use-cases/senders/sender-jwks.js';

const AGE_HOURS = 1;
const BATCH = 50;

export async function refreshJwks(services: Services): Promise<{ refreshed: number; failed: number }> {
  const due = await claimStaleJwks(services.database, AGE_HOURS, BATCH);
  let failed = 0;
  await eachInTurn(due, ({ senderId, jwksUrl }) =>
    refreshSenderKeys(services, JWKS_REFRESH, senderId, jwksUrl).catch((error: unknown) => {
      if (!isFaultOfPartner(error)) throw error;
      failed += 1;
      services.log.warn({ sender: senderId, cause: error.message }, 'the keys of a sender could not be read');
    }),
  );
  return { refreshed: due.length - failed, failed };
}
