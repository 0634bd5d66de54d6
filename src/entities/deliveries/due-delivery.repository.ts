/**
 * Deliveries as work. A claim is fair to every sender, host and endpoint, keeps the order of each record at each receiver, and lets rest what
 * belongs to a sender or subscription that is not active. When one is due is told by the database's clock alone: by those of the
 * processes, what one that is ahead has set would wait for the others, and be taken by it before its time.
 */
import type { Hop } from '../../platform/hop.js';
import type { Operation, Registry } from '../../protocol/vocabulary.js';
import { LEASE_SECONDS } from '../queues/claim.repository.js';
import { waitingId } from '../queues/waiting-event.sql.js';
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
  /** Whether its event matches its subscription could not be said. */
  unmatched: boolean;
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
  /** Of the request that it answers. */
  hop: Hop | null;
  /** Whether its endpoint failed last. */
  troubled: boolean;
  claimedAt: string;
}

/** How many more deliveries a host and a sender may get now; those that are not named get `perHost` and `perSender`. */
export interface Room {
  perHost: number;
  hosts: { host: string; room: number }[];
  perSender: number;
  senders: { senderId: string; room: number; underWay: number }[];
  /** Endpoints that this process is asking at this moment. */
  busy: { senderId: string; endpoint: string }[];
}

const COLUMNS = `d.id, d.kind, d.action, d.sender_id as "senderId", d.registry, d.request_id as "requestId",
  d.subscription_id as "subscriptionId", d.event_id as "eventId", d.record_id as "recordId", d.version::float8 as version, d.unmatched,
  d.told::float8 as "notificationNumber", d.target, d.host, d.message_id as "messageId", d.attempts, d.data_key_id as "dataKeyId",
  d.message_sealed as "messageSealed", d.operation, d.access_decision as "accessDecision",
  d.consent_ids as "consentIds", d.first_failed_at as "firstFailedAt", d.created_at as "createdAt", d.hop,
  exists (select 1 from endpoint_rest r where r.sender_id = d.sender_id and r.endpoint = ${ENDPOINT}) as troubled, now() as "claimedAt"`;

// Another subscription of the same receiver is waited for, so that a death does not overtake the birth; not while that
// one rests, or waits for the time that its frequency names.
const ON_ITS_WAY = `earlier.target = d.target and (earlier.due_at <= now() or earlier.attempts > 0)
            and (select s.state from subscription s where s.id = earlier.subscription_id) not in ('PAUSED', 'SUSPENDED')`;

// Pending is what has not ended: said so, no index of all that is pending looks as good as the key.
/** What holds up a notification of who has got a number: one of who had it before. */
export const BEFORE = `
        select earlier.id from delivery earlier
        where earlier.event_id = any (d.behind) and earlier.finished_at is null and earlier.sender_id = d.sender_id
          and (earlier.subscription_id = d.subscription_id or ${ON_ITS_WAY})`;

// Matched soon, unless that was put off.
const BEFORE_IT = `d.behind is not null and (exists (${BEFORE}) or exists (select from registry_event e
        where ${waitingId('e')} = any (d.behind) and (e.claimed_until is null or e.claimed_until < now())))`;

/** What holds up a notification: an earlier one of the same record. */
export const EARLIER = `
        select earlier.id from delivery earlier
        where (case when earlier.state = 'PENDING' then earlier.record_id end) = d.record_id
          and earlier.sender_id is not distinct from d.sender_id and earlier.version < d.version
          and (earlier.subscription_id = d.subscription_id or ${ON_ITS_WAY})`;

/** An endpoint of a sender, while the delivery `d` is pending. */
export const LANE = `delivery_lane(d.state, d.host, d.sender_id, d.target)`;

// One row looked up for each, and no join: that would begin with all that was ever brought to a sender.
export const READY = `d.due_at <= now() and (d.claimed_until is null or d.claimed_until < now())
      and (select s.state from sender s where s.sender_id = d.sender_id) = 'ACTIVE'
      and coalesce((select s.state from subscription s where s.id = d.subscription_id), '') not in ('PAUSED', 'SUSPENDED')
      and (d.record_id is null or not exists (${EARLIER})) and not (${BEFORE_IT})`;

/**
 * `with recursive …`: what is pending, by lane. A lane is an endpoint of a sender: neither its host nor its sender has
 * blanks. They are found by hopping through the index, so one with a million rows costs as much as one with ten.
 */
export const NAMED_LANES = `lanes as (
  (select ${LANE} as lane from delivery d where ${LANE} is not null order by ${LANE} limit 1)
  union all
  select next.lane from lanes cross join lateral (
    select ${LANE} as lane from delivery d where ${LANE} > lanes.lane order by ${LANE} limit 1) next
), named as (
  select lane, split_part(lane, ' ', 1) as host, split_part(lane, ' ', 2) as sender_id,
    substr(lane, length(split_part(lane, ' ', 1)) + length(split_part(lane, ' ', 2)) + 3) as endpoint from lanes
)`;

// A lane that rests costs nothing; ids as an array, since a generic plan would join with the whole table. Each takes its
// share, and a little more, as others may have less. At a host the lanes take turns, and so do the senders, however many
// hosts one has: who has fewest under way is next. What is tried by hand asks no breaker.
const CLAIM = `
with recursive ${NAMED_LANES}, rooms as (
  select named.*, coalesce(h.room, $2::int) as of_host, coalesce(s.room, $5::int) as of_sender,
    coalesce(s.under_way, 0) as under_way, case when rest.failures >= ${FAILURES_TO_OPEN} then 1 end as on_trial,
    count(*) over (partition by named.host) as at_host, count(*) over (partition by named.sender_id) as of_lanes
  from named left join unnest($3::text[], $4::int[]) as h (host, room) on h.host = named.host
    left join unnest($6::text[], $7::int[], $11::int[]) as s (sender_id, room, under_way) on s.sender_id = named.sender_id
    left join endpoint_rest rest on rest.sender_id = named.sender_id and rest.endpoint = named.endpoint
  where (rest.rests_until is null or rest.rests_until <= now())
    and (rest.failures is null or rest.failures < ${FAILURES_TO_OPEN}
      or (named.sender_id, named.endpoint) not in (select * from unnest($8::text[], $9::text[])))
), shares as (
  select rooms.*, least($10::int, of_host, of_sender, on_trial, greatest(1, 2 * of_host / at_host),
    greatest(1, 2 * of_sender / of_lanes)) as share from rooms
), mine as (
  select shares.host, shares.of_host, shares.sender_id, shares.of_sender, shares.under_way, mine.id, mine.due_at,
    row_number() over (partition by shares.lane order by mine.due_at) as turn
  from shares cross join lateral (
    select d.id, d.due_at from delivery d where ${LANE} = shares.lane and ${READY}
    order by d.due_at limit shares.share for update of d skip locked
  ) mine
), placed as (
  select *, row_number() over (partition by host order by turn, due_at) as place from mine
), fair as (
  select id, due_at, of_sender, under_way, row_number() over (partition by sender_id order by place, due_at) as place
  from placed where place <= of_host
), due as (
  select id from fair where place <= of_sender order by under_way + place, due_at limit $10
), asked as (
  select d.id from delivery d where (case when d.state = 'PENDING' and d.by_hand then d.due_at end) <= now() and ${READY}
  order by d.due_at limit $10 for update of d skip locked
)
update delivery d set claimed_by = $1, claimed_until = now() + interval '${LEASE_SECONDS} seconds'
where d.id = any (array(select id from due union select id from asked)) returning ${COLUMNS}`;

export function claimDeliveries(
  sql: Sql,
  worker: string,
  { perHost, hosts, perSender, senders, busy }: Room,
  limit: number,
): Promise<DueDelivery[]> {
  const values = [
    worker,
    perHost,
    hosts.map(({ host }) => host),
    hosts.map(({ room }) => room),
    perSender,
    senders.map(({ senderId }) => senderId),
    senders.map(({ room }) => room),
    busy.map(({ senderId }) => senderId),
    busy.map(({ endpoint }) => endpoint),
    limit,
    senders.map(({ underWay }) => underWay),
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
  /** Of the next attempt, while PENDING, by the clock that tells `now`. */
  dueAt: Date | null;
}

/** After a fault of ours: the attempt does not count. */
export async function postponeDelivery(sql: Sql, worker: string, id: string, waitMs: number): Promise<void> {
  await sql.query(
    `update delivery set due_at = now() + make_interval(secs => $3::float8 / 1000), claimed_by = null, claimed_until = null
     where id = $1 and claimed_by = $2`,
    [id, worker, waitMs],
  );
}
