/**
 * Deliveries as work. A claim is fair to every host and endpoint, keeps the order of each record at each receiver, and lets rest what
 * belongs to a sender or subscription that is not active.
 */
import type { Operation, Registry } from '../../protocol/vocabulary.js';
import { LEASE_SECONDS } from '../queues/claim.repository.js';
import type { Sealed } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';
import { ENDPOINT, FAILURES_TO_OPEN } from './endpoint-rest.repository.js';
import type { DeliveryState } from '../database/enums.js';

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
  notificationNumber: number | null;
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
  /** Whether its endpoint failed last. */
  troubled: boolean;
}

/** How many more deliveries a host may get now; the others get `perHost`. */
export interface HostCapacity {
  perHost: number;
  limited: { host: string; capacity: number }[];
  /** Endpoints that this process is asking at this moment. */
  busy: { senderId: string; endpoint: string }[];
}

const COLUMNS = `d.id, d.kind, d.action, d.sender_id as "senderId", d.registry, d.request_id as "requestId",
  d.subscription_id as "subscriptionId", d.event_id as "eventId", d.record_id as "recordId", d.version::float8 as version,
  d.told::float8 as "notificationNumber", d.target, d.host, d.message_id as "messageId", d.attempts, d.data_key_id as "dataKeyId",
  d.message_sealed as "messageSealed", d.operation, d.access_decision as "accessDecision",
  d.consent_ids as "consentIds", d.first_failed_at as "firstFailedAt", d.created_at as "createdAt",
  exists (select 1 from endpoint_rest r where r.sender_id = d.sender_id and r.endpoint = ${ENDPOINT}) as troubled`;

// Another subscription of the same receiver is waited for, so that a death does not overtake the birth; not while that
// one rests, or waits for the time that its frequency names.
const ON_ITS_WAY = `earlier.target = d.target and (earlier.due_at <= $2 or earlier.attempts > 0)
            and (select s.state from subscription s where s.id = earlier.subscription_id) not in ('PAUSED', 'SUSPENDED')`;

/** What holds up a notification: an earlier one of the same record. `$2` is the time. */
export const EARLIER = `
        select earlier.id from delivery earlier
        where earlier.state = 'PENDING' and earlier.record_id = d.record_id and earlier.sender_id = d.sender_id
          and earlier.version < d.version and (earlier.subscription_id = d.subscription_id or ${ON_ITS_WAY})`;

const READY = `d.state = 'PENDING' and d.due_at <= $2 and (d.claimed_until is null or d.claimed_until < now())
      and exists (select 1 from sender s where s.sender_id = d.sender_id and s.state = 'ACTIVE')
      and (d.subscription_id is null or not exists (
        select 1 from subscription s where s.id = d.subscription_id and s.state in ('PAUSED', 'SUSPENDED')))
      and (d.record_id is null or not exists (${EARLIER}))`;

// A lane is an endpoint of a sender. The lanes are found by hopping through the index, so one with a million rows costs as
// much as one with ten, and one that rests costs nothing; ids as an array, since a generic plan would join with the whole
// table. At a host the lanes take turns. What is tried by hand asks no breaker.
const CLAIM = `
with recursive lanes as (
  (select d.host, d.sender_id, ${ENDPOINT} as endpoint from delivery d where d.state = 'PENDING'
   order by d.host, d.sender_id, ${ENDPOINT} limit 1)
  union all
  select next.host, next.sender_id, next.endpoint from lanes cross join lateral (
    select d.host, d.sender_id, ${ENDPOINT} as endpoint from delivery d
    where d.state = 'PENDING' and (d.host, d.sender_id, ${ENDPOINT}) > (lanes.host, lanes.sender_id, lanes.endpoint)
    order by d.host, d.sender_id, ${ENDPOINT} limit 1) next
), capacity as (
  select lanes.*, coalesce(limited.capacity, $3::int) as of_host,
    case when rest.failures >= ${FAILURES_TO_OPEN} then 1 else coalesce(limited.capacity, $3::int) end as capacity
  from lanes left join unnest($4::text[], $5::int[]) as limited (host, capacity) on limited.host = lanes.host
    left join endpoint_rest rest on rest.sender_id = lanes.sender_id and rest.endpoint = lanes.endpoint
  where coalesce(limited.capacity, $3::int) > 0 and (rest.rests_until is null or rest.rests_until <= $2)
    and (rest.failures is null or rest.failures < ${FAILURES_TO_OPEN}
      or (lanes.sender_id, lanes.endpoint) not in (select * from unnest($7::text[], $8::text[])))
), mine as (
  select capacity.host, capacity.of_host, mine.id, mine.due_at,
    row_number() over (partition by capacity.host, capacity.sender_id, capacity.endpoint order by mine.due_at) as turn
  from capacity cross join lateral (
    select d.id, d.due_at from delivery d
    where d.host = capacity.host and d.sender_id = capacity.sender_id and ${ENDPOINT} = capacity.endpoint and ${READY}
    order by d.due_at limit capacity.capacity for update of d skip locked
  ) mine
), due as (
  select id from (
    select id, turn, due_at, of_host, row_number() over (partition by host order by turn, due_at) as place from mine
  ) placed where place <= of_host order by turn, due_at limit $6
), asked as (
  select d.id from delivery d where d.by_hand and ${READY} order by d.due_at limit $6 for update of d skip locked
)
update delivery d set claimed_by = $1, claimed_until = now() + interval '${LEASE_SECONDS} seconds'
where d.id = any (array(select id from due union select id from asked)) returning ${COLUMNS}`;

export function claimDeliveries(
  sql: Sql,
  worker: string,
  now: Date,
  { perHost, limited, busy }: HostCapacity,
  limit: number,
): Promise<DueDelivery[]> {
  const values = [
    worker,
    now,
    perHost,
    limited.map(({ host }) => host),
    limited.map(({ capacity }) => capacity),
    limit,
    busy.map(({ senderId }) => senderId),
    busy.map(({ endpoint }) => endpoint),
  ];
  return sql.query<DueDelivery>(CLAIM, values, 'claim-deliveries');
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
where id = $1 and claimed_by = $2 returning told::float8 as "notificationNumber"`;

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
  const [row] = await sql.query<{ notificationNumber: number }>(
    FIX,
    [id, worker, dataKeyId, sealed, decision],
    'fix-message',
  );
  return row?.notificationNumber;
}
