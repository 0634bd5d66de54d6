/** Subscriptions whose `end_time` has passed: they end, and what is still pending of them is cancelled. */
import { appendAudit, auditEntry, hashContent } from '../entities/audit/audit.repository.js';
import type { Database } from '../entities/database/database.js';
import { Subscription } from '../entities/subscriptions/subscription.entity.js';
import { LIVE_STATES } from '../entities/subscriptions/subscription.repository.js';
import { endSubscription } from '../use-cases/subscriptions/end-subscription.js';

const BATCH = 200;

/** Gives how many have expired. */
export async function expireSubscriptions(services: { database: Database; clock: () => Date }): Promise<number> {
  let expired = 0;
  for (let done = BATCH; done === BATCH; expired += done) done = await expireBatch(services);
  return expired;
}

function expireBatch(services: { database: Database; clock: () => Date }): Promise<number> {
  const { database, clock } = services;
  return database.transaction(async (unit) => {
    const now = clock();
    const due = await unit.query<{ id: string }>(
      `select id from subscription where expires_at <= $1 and ended_at is null and state = any($2::text[])
       order by id limit ${BATCH} for update skip locked`,
      [now, LIVE_STATES],
    );
    const subscriptions = await unit.em.find(Subscription, { id: { $in: due.map(({ id }) => id) } });
    for (const subscription of subscriptions) {
      await endSubscription(services, unit, subscription, 'its end_time has passed', 'EXPIRED');
      const entry = { kind: 'SUBSCRIPTION', subject: subscription.id, transition: 'SUBSCRIPTION_EXPIRED' } as const;
      const contentHash = hashContent(Buffer.from('EXPIRED'));
      await appendAudit(unit, auditEntry({ ...entry, actor: 'gateway', at: now, contentHash }));
    }
    return subscriptions.length;
  });
}
