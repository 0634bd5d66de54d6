/** What a pending delivery waits for, in facts: its sender, its subscription, its endpoint, an earlier one, its time. */
import { BEFORE, EARLIER, LANE, NAMED_LANES } from './due-delivery.repository.js';
import { ENDPOINT, FAILURES_TO_OPEN, type Endpoint } from './endpoint-rest.repository.js';
import type { Sql } from '../database/database.js';

export interface DeliveryWait {
  id: string;
  dueAt: Date | null;
  attempts: number;
  /** Asked for by hand: it goes though its endpoint rests. */
  byHand: boolean;
  beingTried: boolean;
  senderState: string | null;
  subscriptionState: string | null;
  restsUntil: Date | null;
  /** It failed so often that one at a time tries whether it is back. */
  onTrial: boolean;
  /** What the last failure of its endpoint was. */
  problem: string | null;
  /** Pending ones of its endpoint in trouble, itself included. */
  together: number | null;
  /** Of the same record, or of who had its number before; to be brought first. */
  earlier: string | null;
}

/** What gathers at an endpoint is counted so far. */
export const MOST_TOGETHER = 1000;

// Each endpoint in trouble is counted once, however many of a page wait for it.
const WAITS = `
with asked as materialized (
  select d.id, d.due_at, d.attempts, d.by_hand, coalesce(d.claimed_until > now(), false) as being_tried, s.state as sender_state,
    u.state as subscription_state, r.rests_until, coalesce(r.failures >= ${FAILURES_TO_OPEN}, false) as on_trial, r.reason,
    case when r.reason is not null then ${LANE} end as lane,
    case when d.record_id is not null then coalesce((${EARLIER} order by earlier.version limit 1), (${BEFORE} limit 1)) end
      as earlier
  from delivery d left join sender s on s.sender_id = d.sender_id left join subscription u on u.id = d.subscription_id
    left join endpoint_rest r on r.sender_id = d.sender_id and r.endpoint = ${ENDPOINT}
  where d.id = any ($1::uuid[]) and d.state = 'PENDING'
), gathered as (
  select lane, (select count(*) from (select from delivery d where ${LANE} = lanes.lane limit ${MOST_TOGETHER}) counted)::int as together
  from (select distinct lane from asked where lane is not null) lanes
)
select id, due_at as "dueAt", attempts, by_hand as "byHand", being_tried as "beingTried", sender_state as "senderState",
  subscription_state as "subscriptionState", case when rests_until > now() then rests_until end as "restsUntil", on_trial as "onTrial",
  reason as problem, together, earlier
from asked left join gathered using (lane)`;

type Row = Omit<DeliveryWait, 'dueAt' | 'restsUntil'> & { dueAt: string | null; restsUntil: string | null };

const dated = (value: string | null): Date | null => (value === null ? null : new Date(value));

/** Of those that are pending, by id. */
export async function readWaits(sql: Sql, ids: readonly string[]): Promise<Map<string, DeliveryWait>> {
  const rows = await sql.query<Row>(WAITS, [[...ids]]);
  return new Map(rows.map((row) => [row.id, { ...row, dueAt: dated(row.dueAt), restsUntil: dated(row.restsUntil) }]));
}

export interface EndpointWaiting extends Endpoint {
  /** Counted to `MOST_TOGETHER`. */
  waiting: number;
}

/** How many are pending for these senders, by endpoint. */
export function countWaiting(sql: Sql, senderIds: readonly string[]): Promise<EndpointWaiting[]> {
  return sql.query<EndpointWaiting>(
    `with recursive ${NAMED_LANES}
     select sender_id as "senderId", endpoint, (select count(*)::int from (
       select from delivery d where ${LANE} = named.lane limit ${MOST_TOGETHER}) counted) as waiting
     from named where sender_id = any ($1::text[])`,
    [[...senderIds]],
    'count-waiting',
  );
}

/**
 * How many endpoints had to rest, did not answer since, and are waited for, by sender. Between two rests one is no better off,
 * and its deliveries wait longer than it rests.
 */
export function countRests(sql: Sql): Promise<{ senderId: string; resting: number }[]> {
  return sql.query(
    `with recursive ${NAMED_LANES}
     select sender_id as "senderId", count(*)::int as resting from named
       join endpoint_rest r using (sender_id, endpoint) where r.rests_until is not null group by sender_id`,
    [],
    'count-rests',
  );
}
