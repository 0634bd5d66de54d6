/**
 * Deliveries as work. A claim is fair to every host, keeps the order of each record at each receiver, and lets rest what
 * belongs to a sender or subscription that is not active.
 */
import type { Operation, Registry } from '../protocol/vocabulary.js';
import { LEASE_SECONDS } from './claim.repository.js';
import type { Sealed } from './data-vault.js';
import type { Sql } from './database.js';
import type { DeliveryState } from './enums.js';

export interface DueDelivery {
  id: string;
  kind: 'CALLBACK' | 'NOTIFICATION';
  action: string;
  senderId: string;
  registry: Registry;
  requestId: string | null;
  subscriptionId: string | null;
  eventId: string | null;
  recordId: string | null;
  version: number | null;
  /** Its number for the subscriber, from its first attempt on. */
  told: number | null;
  target: string;
  host: string;
  messageId: string;
  /** Attempts made so far. */
  attempts: number;
  dataKeyId: string | null;
  /** A callback has it from the start, a notification from its first attempt on. */
  messageSealed: Buffer | null;
  /** On what ground a callback tells what it tells. */
  operation: Operation | null;
  accessDecision: unknown;
  consentIds: string[] | null;
  firstFailedAt: string | null;
  createdAt: string;
}

/** How many more deliveries a host may get now; the others get `perHost`. */
export interface HostRoom {
  perHost: number;
  limited: { host: string; room: number }[];
}

const COLUMNS = `d.id, d.kind, d.action, d.sender_id as "senderId", d.registry, d.request_id as "requestId",
  d.subscription_id as "subscriptionId", d.event_id as "eventId", d.record_id as "recordId", d.version::float8 as version,
  d.told::float8 as told, d.target, d.host, d.message_id as "messageId", d.attempts, d.data_key_id as "dataKeyId",
  d.message_sealed as "messageSealed", d.operation, d.access_decision as "accessDecision",
  d.consent_ids as "consentIds", d.first_failed_at as "firstFailedAt", d.created_at as "createdAt"`;

// Another subscription of the same receiver is waited for, so that a death does not overtake the birth; not while that
// one rests, or waits for the time that its frequency names.
const ON_ITS_WAY = `earlier.target = d.target and (earlier.due_at <= $2 or earlier.attempts > 0)
            and (select s.state from subscription s where s.id = earlier.subscription_id) not in ('PAUSED', 'SUSPENDED')`;

// The hosts are found by hopping through the index, so a host with a million rows costs as much as one with ten; ids as an
// array, since a generic plan would join with the whole table.
const CLAIM = `
with recursive hosts as (
  (select host from delivery where state = 'PENDING' order by host limit 1)
  union all
  select (select d.host from delivery d where d.state = 'PENDING' and d.host > hosts.host order by d.host limit 1)
  from hosts where hosts.host is not null
), room as (
  select hosts.host, coalesce(limited.room, $3::int) as room
  from hosts left join unnest($4::text[], $5::int[]) as limited (host, room) on limited.host = hosts.host
  where hosts.host is not null and coalesce(limited.room, $3::int) > 0
), due as (
  select mine.id from room cross join lateral (
    select d.id, d.due_at from delivery d
    where d.state = 'PENDING' and d.host = room.host and d.due_at <= $2 and (d.claimed_until is null or d.claimed_until < now())
      and exists (select 1 from sender s where s.sender_id = d.sender_id and s.state = 'ACTIVE')
      and (d.subscription_id is null or not exists (
        select 1 from subscription s where s.id = d.subscription_id and s.state in ('PAUSED', 'SUSPENDED')))
      and (d.record_id is null or not exists (
        select 1 from delivery earlier
        where earlier.state = 'PENDING' and earlier.record_id = d.record_id and earlier.sender_id = d.sender_id
          and earlier.version < d.version and (earlier.subscription_id = d.subscription_id or ${ON_ITS_WAY})))
    order by d.due_at limit room.room for update of d skip locked
  ) mine order by mine.due_at limit $6
)
update delivery d set claimed_by = $1, claimed_until = now() + interval '${LEASE_SECONDS} seconds'
where d.id = any (array(select id from due)) returning ${COLUMNS}`;

export function claimDeliveries(
  sql: Sql,
  worker: string,
  now: Date,
  { perHost, limited }: HostRoom,
  limit: number,
): Promise<DueDelivery[]> {
  const hosts = limited.map(({ host }) => host);
  const rooms = limited.map(({ room }) => room);
  return sql.query<DueDelivery>(CLAIM, [worker, now, perHost, hosts, rooms, limit], 'claim-deliveries');
}

export interface AttemptRow {
  id: string;
  at: Date;
  address: string | null;
  outcome: string;
  status: number | null;
  latencyMs: number | null;
  error: string | null;
  /** Start of the answer. */
  excerpt: Sealed | null;
}

/** What an attempt made of its delivery. */
export interface DeliveryEnd {
  state: DeliveryState;
  reason: string | null;
  /** Of the next attempt, while PENDING. */
  dueAt: Date | null;
}

/** After a fault of ours: the attempt does not count. */
export async function postponeDelivery(sql: Sql, worker: string, id: string, dueAt: Date): Promise<void> {
  await sql.query(
    'update delivery set due_at = $3, claimed_by = null, claimed_until = null where id = $1 and claimed_by = $2',
    [id, worker, dueAt],
  );
}

// A counter of its own: that of the subscription is locked while events are matched.
const FIX = `
with mine as (
  select subscription_id from delivery where id = $1 and claimed_by = $2 and told is null for update
), next as (
  insert into subscription_told as t (subscription_id, told) select subscription_id, 1 from mine
  on conflict (subscription_id) do update set told = t.told + 1 returning told
)
update delivery set data_key_id = $3, message_sealed = $4, access_decision = coalesce($5::jsonb, access_decision),
  told = coalesce(told, (select told from next))
where id = $1 and claimed_by = $2 returning told::float8 as told`;

/**
 * Fixes the message that this and all later attempts bring, and gives its number among those of its subscription; undefined
 * when the claim was lost meanwhile.
 */
export async function fixMessage(
  sql: Sql,
  worker: string,
  id: string,
  { dataKeyId, sealed }: { dataKeyId: string; sealed: Buffer },
  accessDecision: Record<string, unknown> | undefined,
): Promise<number | undefined> {
  const decision = accessDecision === undefined ? null : JSON.stringify(accessDecision);
  const [row] = await sql.query<{ told: number }>(FIX, [id, worker, dataKeyId, sealed, decision], 'fix-message');
  return row?.told;
}
