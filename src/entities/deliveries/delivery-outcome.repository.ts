/** What becomes of deliveries: attempts, ends, new tries. Each end commits with its audit entry and its live event. */
import { uuidv7 } from '../../platform/uuid.js';
import { auditEntry, hashContent } from '../audit/audit.repository.js';
import type { Sql } from '../database/database.js';
import { DELIVERY_FACTS, hashDelivery, MESSAGE_HASH, type DeliveryFacts } from '../audit/delivery-audit.js';
import { recordTransition } from '../audit/transition.js';
import type { AttemptRow, DeliveryEnd, DueDelivery } from './due-delivery.repository.js';

const FINISH = `
with attempt as (
  insert into delivery_attempt (id, delivery_id, at, address, outcome, status, latency_ms, error, response_sealed,
    data_key_id)
  values ($1::uuid, $2::uuid, $3::timestamptz, $4, $5, $6::int, $7::real, $8, $9::bytea, $21::uuid)
), changed as (
  update delivery set state = $10, state_reason = $11, attempts = attempts + 1, due_at = $12::timestamptz, by_hand = false,
    claimed_by = null, claimed_until = null, first_failed_at = case when $10 = 'DELIVERED' then first_failed_at else coalesce(first_failed_at, $3) end,
    finished_at = case when $10 = 'PENDING' then null else $13::timestamptz end, content_hash = $22::bytea
  where id = $2 and state = 'PENDING' and (claimed_by = $14::uuid or $10 = 'DELIVERED') returning id
), health as (
  update subscription set failing_since = case when $10 = 'DELIVERED' then null else $3::timestamptz end
  where id = $15::uuid and (failing_since is not null) = ($10 = 'DELIVERED')
), event as (
  insert into outbox_event (id, topic, subject, detail) select $16::uuid, 'delivery', id, $17::jsonb from changed
), audit as (
  insert into audit_entry (id, kind, subject, transition, actor, at, content_hash, entry_hash)
  select $18::uuid, 'DELIVERY', id, $10, 'gateway', $13::timestamptz, $19::bytea, $20::bytea from changed where $10 <> 'PENDING'
)
select count(*)::int as changed from changed`;

/** Writes an attempt and what it came to. A success counts even where the lease has run out meanwhile. */
export async function finishAttempt(
  sql: Sql,
  worker: string,
  delivery: DueDelivery,
  attempt: AttemptRow,
  { state, reason, dueAt }: DeliveryEnd,
  now: Date,
): Promise<boolean> {
  const messageHash = hashContent(delivery.messageSealed);
  const contentHash = hashDelivery(messageHash, delivery);
  const audit = auditEntry({
    kind: 'DELIVERY',
    subject: delivery.id,
    transition: state,
    actor: 'gateway',
    at: now,
    contentHash,
  });
  const detail = { senderId: delivery.senderId, registry: delivery.registry, status: state };
  const [row] = await sql.query<{ changed: number }>(
    FINISH,
    [
      attempt.id,
      delivery.id,
      attempt.at,
      attempt.address,
      attempt.outcome,
      attempt.status,
      attempt.latencyMs,
      attempt.error,
      attempt.excerpt?.sealed ?? null,
      state,
      reason,
      dueAt,
      now,
      worker,
      delivery.subscriptionId,
      uuidv7(),
      JSON.stringify(detail),
      audit.id,
      contentHash,
      audit.entryHash,
      attempt.excerpt?.dataKeyId ?? null,
      messageHash,
    ],
    'finish-attempt',
  );
  if (row?.changed !== 1) return false;
  sql.eventWritten();
  return true;
}

/** Binds the sealed start of an answer to its attempt. */
export const placeOfExcerpt = (attemptId: string): string => `delivery_attempt:${attemptId}:response`;

interface Changed {
  id: string;
  sender_id: string;
  registry: string;
  content_hash: Buffer;
  facts: DeliveryFacts;
}

const CHANGED = `id, sender_id, registry, content_hash, ${DELIVERY_FACTS} as facts`;

/** Ends pending deliveries, as nothing may or need be sent any more. Call in a transaction. Gives their number. */
export async function cancelDeliveries(
  sql: Sql,
  ids: string[],
  reason: string,
  actor: string,
  now: Date,
): Promise<number> {
  const rows = await sql.query<Changed>(
    `update delivery d set state = 'CANCELLED', state_reason = $2, due_at = null, claimed_by = null, claimed_until = null,
       finished_at = $3, content_hash = ${MESSAGE_HASH} where id = any($1::uuid[]) and state = 'PENDING'
     returning ${CHANGED}`,
    [ids, reason, now],
  );
  for (const row of rows) await tell(sql, row, 'CANCELLED', actor, now);
  return rows.length;
}

/**
 * Makes ended deliveries due again, with a fresh schedule and the same message; `byHand`, though their endpoint rests. Call in a
 * transaction.
 */
export async function reviveDeliveries(
  sql: Sql,
  ids: string[],
  actor: string,
  now: Date,
  byHand = false,
): Promise<number> {
  const rows = await sql.query<Changed>(
    `update delivery d set state = 'PENDING', state_reason = null, due_at = $2, attempts = 0, by_hand = $3,
       claimed_by = null, claimed_until = null, finished_at = null,
       content_hash = ${MESSAGE_HASH} where id = any($1::uuid[]) and state <> 'CANCELLED'
       and (state <> 'PENDING' or claimed_until is null or claimed_until < now())
     returning ${CHANGED}`,
    [ids, now, byHand],
  );
  for (const row of rows) await tell(sql, row, 'PENDING', actor, now);
  return rows.length;
}

async function tell(sql: Sql, row: Changed, transition: string, actor: string, now: Date): Promise<void> {
  const { id, sender_id: senderId, registry, facts } = row;
  const contentHash = hashDelivery(row.content_hash, facts);
  const detail = { senderId, registry, status: transition };
  await recordTransition(sql, { of: 'delivery', id, transition, actor, at: now, contentHash, detail });
}
