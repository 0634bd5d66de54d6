/** New notifications: what an event makes us owe subscribers, and tests, which tell of no event. */
import { currentHop, type Hop } from '../../platform/hop.js';
import { uuidOf, uuidv7 } from '../../platform/uuid.js';
import type { Registry } from '../../protocol/vocabulary.js';
import type { Sql } from '../database/database.js';
import { appendOutbox } from '../queues/outbox.repository.js';
import type { Subscription } from './subscription.entity.js';

export interface NewNotification {
  subscriptionId: string;
  eventId: string;
  recordId: string;
  version: number;
  sequence: number;
  senderId: string;
  registry: Registry;
  target: string;
  /** Null while its subscription rests. */
  dueAt: Date | null;
  /** Of the request that made the change. */
  hop: Hop | null;
  /** Set where it will never be sent, and why. */
  cancelled?: string;
  /** Whether the event matches is yet to be seen. */
  unmatched: boolean;
  /** Events that its receiver is to be told of before, if it is. */
  behind: string[] | null;
}

const NOTIFY = `
with new as (
  insert into delivery (id, kind, action, sender_id, registry, subscription_id, event_id, record_id, version, sequence, target,
    host, message_id, state, state_reason, due_at, created_at, finished_at,
    hop, unmatched, behind)
  select n.id, 'NOTIFICATION', 'notify', n."senderId", n.registry, n."subscriptionId", n."eventId", n."recordId", n.version,
    n.sequence, n.target, n.host, n."messageId", case when n.cancelled is null then 'PENDING' else 'CANCELLED' end, n.cancelled,
    case when n."dueAt" <= $2 then now() else n."dueAt" end, $2, case when n.cancelled is null then null else $2::timestamptz end, n.hop,
    n.unmatched, n.behind
  from jsonb_to_recordset($1) as n (id uuid, "senderId" text, registry text, "subscriptionId" uuid, "eventId" uuid,
    "recordId" uuid, version bigint, sequence bigint, target text, host text, "messageId" text, "dueAt" timestamptz,
    hop jsonb, cancelled text, unmatched boolean, behind uuid[], "outboxId" uuid)
)
insert into outbox_event (id, topic, subject, detail)
select "outboxId", 'delivery', id, jsonb_build_object('senderId', "senderId", 'registry', registry, 'status',
  case when cancelled is null then 'PENDING' else 'CANCELLED' end)
from jsonb_to_recordset($1) as n (id uuid, "senderId" text, registry text, cancelled text, "outboxId" uuid)`;

/**
 * One delivery per event and subscription, whose message is named after both: told again after a restore to before it was
 * owed, its receiver knows it.
 */
export async function insertNotifications(sql: Sql, notifications: NewNotification[], now: Date): Promise<void> {
  if (notifications.length === 0) return;
  const rows = notifications.map((one) => ({
    ...one,
    id: uuidv7(),
    messageId: uuidOf(one.eventId, one.subscriptionId),
    outboxId: uuidv7(),
    // An address that is none is refused when it is sent to: it holds up no other subscriber of the event.
    host: URL.canParse(one.target) ? new URL(one.target).host : '',
  }));
  await sql.query(NOTIFY, [JSON.stringify(rows), now]);
  sql.eventWritten();
}

/** Whether a notification only tries its receiver. */
export const isTest = ({ kind, eventId }: { kind: string; eventId?: string | null }): boolean =>
  kind === 'NOTIFICATION' && eventId == null;

/** A test is asked for by hand: it goes though its endpoint rests. Gives its id. */
export async function insertTest(
  sql: Sql,
  { id: subscriptionId, senderId, registry, target }: Pick<Subscription, 'id' | 'senderId' | 'registry' | 'target'>,
  now: Date,
): Promise<string> {
  const id = uuidv7();
  await sql.query(
    `insert into delivery (id, kind, action, sender_id, registry, subscription_id, target, host, message_id, state, due_at,
       by_hand, created_at, hop)
     values ($1, 'NOTIFICATION', 'notify', $2, $3, $4, $5, $6, $7, 'PENDING', now(), true, $8, $9::jsonb)`,
    [id, senderId, registry, subscriptionId, target, new URL(target).host, uuidv7(), now, JSON.stringify(currentHop())],
  );
  await appendOutbox(sql, 'delivery', [{ subject: id, detail: { senderId, registry, status: 'PENDING' } }]);
  return id;
}
