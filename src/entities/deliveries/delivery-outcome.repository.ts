/** What becomes of deliveries: attempts, ends, new tries. Each end commits with its audit entry and its live event. */
import { uuidv7 } from '../../platform/uuid.js';
import { auditEntry, hashContent } from '../audit/audit.repository.js';
import type { Sql } from '../database/database.js';
import { pack, piece } from '../database/packed.js';
import { DELIVERY_FACTS, hashDelivery, MESSAGE_HASH, type DeliveryFacts } from '../audit/delivery-audit.js';
import { recordTransition } from '../audit/transition.js';
import type { AttemptRow, DeliveryEnd, DueDelivery } from './due-delivery.repository.js';

/** Of the message, of what the entry proves, and of the entry: one behind the other, row by row. */
const hashAt = (index: 0 | 1 | 2): string => piece('$22', `(96 * (g.place - 1) + ${32 * index + 1})::int`, '32');

// What is pending is said beside the row: a literal would let indexes of all that is pending look as good as the key.
const FINISH = `
with given as (
  select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::int[], $7::real[], $8::text[],
    $9::uuid[], $10::text[], $11::text[], $12::timestamptz[], $13::timestamptz[], $14::uuid[], $15::uuid[], $16::jsonb[],
    $17::uuid[], $18::text[], $19::int[], $20::int[]) with ordinality
  as g (attempt_id, delivery_id, at, address, outcome, status, latency_ms, error, excerpt_key, state, reason, due_at, now,
    subscription_id, outbox_id, detail, audit_id, before, excerpt_start, excerpt_bytes, place)
), attempt as (
  insert into delivery_attempt (id, delivery_id, at, address, outcome, status, latency_ms, error, response_sealed,
    data_key_id)
  select attempt_id, delivery_id, at, address, outcome, status, latency_ms, error,
    ${piece('$21', 'excerpt_start', 'excerpt_bytes')}, excerpt_key from given
), changed as (
  update delivery d set state = g.state, state_reason = g.reason, attempts = attempts + 1, due_at = now() + (g.due_at - g.now), by_hand = false,
    claimed_by = null, claimed_until = null,
    first_failed_at = case when g.state = 'DELIVERED' then first_failed_at else coalesce(first_failed_at, g.at) end,
    finished_at = case when g.state = 'PENDING' then null else g.now end, content_hash = ${hashAt(0)}
  from given g
  where d.id = g.delivery_id and d.state = g.before and (d.claimed_by = $23::uuid or g.state = 'DELIVERED') returning d.id
), health as (
  update subscription s set failing_since = case when g.well then null else g.at end
  from (select subscription_id, bool_or(state = 'DELIVERED') as well, min(at) as at from given group by subscription_id) g
  where s.id = g.subscription_id and (s.failing_since is not null) = g.well
), event as (
  insert into outbox_event (id, topic, subject, detail)
  select g.outbox_id, 'delivery', g.delivery_id, g.detail from given g join changed on changed.id = g.delivery_id
), audit as (
  insert into audit_entry (id, kind, subject, transition, actor, at, content_hash, entry_hash)
  select g.audit_id, 'DELIVERY', g.delivery_id, g.state, 'gateway', g.now, ${hashAt(1)}, ${hashAt(2)}
  from given g join changed on changed.id = g.delivery_id where g.state <> 'PENDING'
)
select id from changed`;

export interface FinishedAttempt {
  delivery: DueDelivery;
  attempt: AttemptRow;
  end: DeliveryEnd;
  now: Date;
  /** Whether it says how well its subscription is. */
  tells: boolean;
}

/**
 * Writes attempts and what they came to, and tells of each whether it counted: a success does even where the lease has run
 * out meanwhile.
 */
export async function finishAttempts(sql: Sql, worker: string, given: readonly FinishedRow[]): Promise<boolean[]> {
  const rows = given.toSorted((a, b) => (a.deliveryId < b.deliveryId ? -1 : 1));
  const columns = COLUMNS.map((name) => rows.map((row) => row.columns[name]));
  const { starts, lengths, bytes } = pack(rows.map(({ excerpt }) => excerpt));
  const hashes = Buffer.concat(rows.flatMap((row) => row.hashes));
  const values = [...columns, starts, lengths, bytes, hashes, worker];
  const changed = await sql.query<{ id: string }>(FINISH, values, 'finish-attempts');
  if (changed.length > 0) sql.eventWritten();
  const ids = new Set(changed.map(({ id }) => id));
  return given.map(({ deliveryId }) => ids.has(deliveryId));
}

/** In the order of the statement. */
const COLUMNS = [
  'attemptId',
  'deliveryId',
  'at',
  'address',
  'outcome',
  'status',
  'latencyMs',
  'error',
  'excerptKey',
  'state',
  'reason',
  'dueAt',
  'now',
  'subscriptionId',
  'outboxId',
  'detail',
  'auditId',
  'before',
] as const;

/** An attempt as it is written. */
export interface FinishedRow {
  deliveryId: string;
  columns: Record<(typeof COLUMNS)[number], unknown>;
  excerpt: Buffer | null;
  hashes: [message: Buffer, proof: Buffer, entry: Buffer];
}

export function finishedRow({ delivery, attempt, end, now, tells }: FinishedAttempt): FinishedRow {
  const { state, reason, dueAt } = end;
  const messageHash = hashContent(delivery.messageSealed);
  const contentHash = hashDelivery(messageHash, delivery);
  const { id: subject, senderId, registry, subscriptionId } = delivery;
  const audit = auditEntry({ kind: 'DELIVERY', subject, transition: state, actor: 'gateway', at: now, contentHash });
  const { id: attemptId, excerpt, at, ...tried } = attempt;
  const columns = {
    ...tried,
    attemptId,
    deliveryId: subject,
    at: at.toISOString(),
    excerptKey: excerpt?.dataKeyId ?? null,
    state,
    reason,
    dueAt,
    now: now.toISOString(),
    subscriptionId: tells ? subscriptionId : null,
    outboxId: uuidv7(),
    detail: JSON.stringify({ senderId, registry, status: state }),
    auditId: audit.id,
    before: 'PENDING',
  };
  const hashes: FinishedRow['hashes'] = [messageHash, contentHash, audit.entryHash];
  return { deliveryId: subject, columns, excerpt: excerpt?.sealed ?? null, hashes };
}

/** Binds the sealed start of an answer to its attempt. */
export const placeOfExcerpt = (attemptId: string): string => `delivery_attempt:${attemptId}:response`;

interface Changed {
  id: string;
  senderId: string;
  registry: string;
  contentHash: Buffer;
  facts: DeliveryFacts;
}

const CHANGED = `id, sender_id as "senderId", registry, content_hash as "contentHash", ${DELIVERY_FACTS} as facts`;

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
    `update delivery d set state = 'PENDING', state_reason = null, due_at = now(), attempts = 0, by_hand = $2,
       claimed_by = null, claimed_until = null, finished_at = null,
       content_hash = ${MESSAGE_HASH} where id = any($1::uuid[]) and state <> 'CANCELLED'
       and (state <> 'PENDING' or claimed_until is null or claimed_until < now())
     returning ${CHANGED}`,
    [ids, byHand],
  );
  for (const row of rows) await tell(sql, row, 'PENDING', actor, now);
  return rows.length;
}

async function tell(sql: Sql, row: Changed, transition: string, actor: string, now: Date): Promise<void> {
  const { id, senderId, registry, facts } = row;
  const contentHash = hashDelivery(row.contentHash, facts);
  const detail = { senderId, registry, status: transition };
  await recordTransition(sql, { of: 'delivery', id, transition, actor, at: now, contentHash, detail });
}
