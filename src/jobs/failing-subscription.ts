/** What failing deliveries do to their subscription: 410 ends it, days of failure suspend it, and both are told. */
import type { Database } from '../entities/database/database.js';
import { endByReceiver, suspendFailing } from '../entities/subscriptions/subscription-end.repository.js';
import type { Log } from '../platform/log.js';

interface Services {
  database: Database;
  log: Log;
  deliverySettings: { suspendAfterHours: number };
}

/** The receiver of a delivery wants no more of its subscription. */
export async function endUnwanted(
  { database, log }: Services,
  { subscriptionId: id }: { subscriptionId: string | null },
  now: Date,
): Promise<void> {
  if (id === null) return;
  await database.transaction(async (unit) => {
    if (await endByReceiver(unit, id, 'the receiver answered 410: it wants no more', now))
      log.warn({ subscription: id }, 'subscription ended by its receiver');
  });
}

/** Its deliveries rest until an administrator resumes it. */
export async function suspendLongFailing(services: Services, id: string, now: Date): Promise<void> {
  const { database, log, deliverySettings } = services;
  const hours = deliverySettings.suspendAfterHours;
  const since = new Date(now.getTime() - hours * 3_600_000);
  await database.transaction(async (unit) => {
    if (await suspendFailing(unit, id, `its deliveries have failed for ${hours} hours`, since, now))
      log.error({ subscription: id, hours }, 'subscription suspended: its deliveries keep failing');
  });
}
