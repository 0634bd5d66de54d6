/** What failing deliveries do to their subscription: 410 ends it, days of failure suspend it, and both are told. */
import { appendAudit, auditEntry, hashContent } from '../entities/audit/audit.repository.js';
import type { Database, Unit } from '../entities/database/database.js';
import { cancelDeliveries } from '../entities/deliveries/delivery-outcome.repository.js';
import { appendOutbox } from '../entities/work/outbox.repository.js';
import { parkDeliveriesOf } from '../entities/subscriptions/subscription.repository.js';
import type { Log } from '../platform/log.js';

interface Services {
  database: Database;
  log: Log;
  deliverySettings: { suspendAfterHours: number };
}

interface Changed {
  id: string;
  sender_id: string;
  registry: string;
}

/** The receiver of a delivery wants no more: what else is due of its subscription is cancelled. */
export async function endSubscription(
  { database, log }: Services,
  delivery: { id: string; subscriptionId: string | null },
  now: Date,
): Promise<void> {
  const { subscriptionId: id } = delivery;
  if (id === null) return;
  const reason = 'the receiver answered 410: it wants no more';
  await database.transaction(async (unit) => {
    const changed = await unit.query<Changed>(
      `update subscription set state = 'CANCELLED', state_reason = $2, ended_at = $3, updated_at = $3
       where id = $1 and ended_at is null returning id, sender_id, registry`,
      [id, reason, now],
    );
    await tell(unit, changed, 'CANCELLED', now);
    const due = await unit.query<{ id: string }>(
      `select id from delivery where subscription_id = $1 and state = 'PENDING' and id <> $2 for update`,
      [id, delivery.id],
    );
    const ids = due.map((row) => row.id);
    await cancelDeliveries(unit, ids, reason, 'gateway', now);
    if (changed.length > 0) log.warn({ subscription: id, cancelled: ids.length }, 'subscription ended by its receiver');
  });
}

/** Its deliveries rest until an administrator resumes it. */
export async function suspendFailing(services: Services, id: string, now: Date): Promise<void> {
  const { database, log, deliverySettings } = services;
  const hours = deliverySettings.suspendAfterHours;
  await database.transaction(async (unit) => {
    const changed = await unit.query<Changed>(
      `update subscription set state = 'SUSPENDED', state_reason = $2, updated_at = $3
       where id = $1 and state = 'ACTIVE' and failing_since <= $4 returning id, sender_id, registry`,
      [id, `its deliveries have failed for ${hours} hours`, now, new Date(now.getTime() - hours * 3_600_000)],
    );
    if (changed.length > 0) await parkDeliveriesOf(unit, id);
    await tell(unit, changed, 'SUSPENDED', now);
    if (changed.length > 0)
      log.error({ subscription: id, hours }, 'subscription suspended: its deliveries keep failing');
  });
}

async function tell(unit: Unit, changed: Changed[], transition: string, now: Date): Promise<void> {
  for (const { id, sender_id: senderId, registry } of changed) {
    await appendOutbox(unit, 'subscription', id, { senderId, registry, status: transition });
    const contentHash = hashContent(Buffer.from(transition));
    const entry = { kind: 'SUBSCRIPTION', subject: id, transition: `SUBSCRIPTION_${transition}` } as const;
    await appendAudit(unit, auditEntry({ ...entry, actor: 'gateway', at: now, contentHash }));
  }
}
