/** Keys of senders follow their JWKS without anybody asking; each is read about once an hour by one process. */
import type { Services } from '../use-cases/services.js';
import { isFaultOfPartner, JWKS_REFRESH, refreshSenderKeys } from '../use-cases/senders/sender-jwks.js';

const AGE_HOURS = 1;
const BATCH = 50;

const CLAIM = `
update sender set jwks_fetched_at = now() where id in (
  select id from sender
  where jwks_url is not null and state = 'ACTIVE'
    and (jwks_fetched_at is null or jwks_fetched_at < now() - make_interval(hours => $1))
  order by jwks_fetched_at nulls first limit $2 for update skip locked)
returning sender_id, jwks_url`;

export async function refreshJwks(services: Services): Promise<{ refreshed: number; failed: number }> {
  const due = await services.database.query<{ sender_id: string; jwks_url: string }>(CLAIM, [AGE_HOURS, BATCH]);
  let failed = 0;
  for (const { sender_id: senderId, jwks_url: jwksUrl } of due)
    await refreshSenderKeys(services, JWKS_REFRESH, senderId, jwksUrl).catch((error: unknown) => {
      if (!isFaultOfPartner(error)) throw error;
      failed += 1;
      services.log.warn({ sender: senderId, cause: error.message }, 'the keys of a sender could not be read');
    });
  return { refreshed: due.length - failed, failed };
}
