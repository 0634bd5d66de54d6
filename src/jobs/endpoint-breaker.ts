/** What an attempt says of its endpoint: trouble lets it rest, for this sender alone; an answer ends the trouble. */
import type { Database } from '../entities/database/database.js';
import type { DueDelivery } from '../entities/deliveries/due-delivery.repository.js';
import { endpointOf, noteSuccess, noteTrouble } from '../entities/deliveries/endpoint-rest.repository.js';
import type { Log } from '../platform/log.js';
import type { Verdict } from './classify-answer.js';

type Asked = Pick<DueDelivery, 'senderId' | 'host' | 'target' | 'troubled' | 'claimedAt'>;

export async function judgeEndpoint(
  { database, log }: { database: Database; log: Log },
  { senderId, host, target, troubled, claimedAt }: Asked,
  { outcome, overloaded, error, retryAfter }: Verdict,
): Promise<void> {
  // Our own rule stopped it: that tells nothing of the receiver.
  if (outcome === 'BLOCKED') return;
  const endpoint = { senderId, endpoint: endpointOf(target) };
  // A path may name a person; the host and the sender tell an operator where to look.
  if (overloaded) {
    const rest = await noteTrouble(database, endpoint, { claimedAt, reason: error ?? outcome, retryAfter });
    if (rest !== undefined) log.warn({ sender: senderId, host, ...rest }, 'an endpoint rests after failures');
  } else if (troubled && (await noteSuccess(database, endpoint, claimedAt)))
    log.info({ sender: senderId, host }, 'an endpoint answers again');
}
