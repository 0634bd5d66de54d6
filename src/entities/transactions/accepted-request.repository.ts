/** Accepted requests as work. A claim is fair to every sender and lasts for one part, of an upload for a few. */
import type { Hop } from '../../platform/hop.js';
import type { Operation, Registry } from '../../protocol/vocabulary.js';
import { LEASE_SECONDS } from '../queues/claim.repository.js';
import type { Sql } from '../database/database.js';

/** How far a large request is; what was found stands in its callbacks already. */
export interface RequestProgress {
  itemsDone?: number;
  pages?: number;
  /** Whether an item of a part before succeeded. */
  succeeded?: boolean;
}

export interface AcceptedRequest {
  id: string;
  /** Times it was taken up, crashes and faults of ours included; starts again with each part. */
  attempts: number;
  progress: RequestProgress;
  senderId: string;
  correlationId: string;
  transactionId: string | null;
  action: string;
  channel: string;
  operation: Operation;
  registry: Registry;
  receivedAt: string;
  dataKeyId: string | null;
  requestSealed: Buffer | null;
  /** Of the request that was accepted. */
  hop: Hop | null;
}

// A lane is a sender. The lanes are found by hopping through the index, as those of deliveries are, so that one with a hundred
// thousand requests costs as much as one with ten. Who has fewest at work, in all processes, is next.
const CLAIM = `
with recursive lanes as (
  (select a.sender_id from accepted_request a order by a.sender_id limit 1)
  union all
  select next.sender_id from lanes cross join lateral (
    select a.sender_id from accepted_request a where a.sender_id > lanes.sender_id order by a.sender_id limit 1) next
), held as (
  select a.sender_id, count(*) as everywhere, count(*) filter (where a.claimed_by = $1) as here
  from accepted_request a where a.claimed_until >= now() group by a.sender_id
), room as (
  select lanes.sender_id, coalesce(held.everywhere, 0) as held,
    least($2::int, greatest($3::int - coalesce(held.here, 0), 0)) as room
  from lanes join sender s on s.sender_id = lanes.sender_id and s.state = 'ACTIVE'
    left join held on held.sender_id = lanes.sender_id
), mine as (
  select mine.id, mine.due_at, room.held + row_number() over (partition by room.sender_id order by mine.due_at) as turn
  from room cross join lateral (
    select a.id, a.due_at from accepted_request a
    where a.sender_id = room.sender_id and a.due_at <= now() and (a.claimed_until is null or a.claimed_until < now())
    order by a.due_at limit room.room for update of a skip locked
  ) mine
), due as (
  select id from mine order by turn, due_at limit $2::int
), claimed as (
  update accepted_request a set claimed_by = $1, claimed_until = now() + interval '${LEASE_SECONDS} seconds',
    attempts = attempts + 1
  from due where a.id = due.id returning a.id, a.attempts, a.progress, a.hop
)
select c.id, c.attempts, c.progress, c.hop, t.sender_id as "senderId", t.correlation_id as "correlationId",
  t.transaction_id as "transactionId", t.action, t.channel, t.operation, t.registry, t.received_at as "receivedAt",
  t.data_key_id as "dataKeyId", t.request_sealed as "requestSealed"
from claimed c join transaction t on t.id = c.id`;

/** Slots of this process: those that are free, and how many of all a sender may hold. */
export interface RequestRoom {
  free: number;
  perSender: number;
}

export function claimRequests(sql: Sql, worker: string, { free, perSender }: RequestRoom): Promise<AcceptedRequest[]> {
  return sql.query<AcceptedRequest>(CLAIM, [worker, free, perSender], 'claim-requests');
}

export async function postponeRequest(
  sql: Sql,
  worker: string,
  id: string,
  waitMs: number,
  error: string,
): Promise<void> {
  await sql.query(
    `update accepted_request set due_at = now() + make_interval(secs => $3::float8 / 1000), last_error = $4,
       claimed_by = null, claimed_until = null
     where id = $1 and claimed_by = $2`,
    [id, worker, waitMs, error],
  );
}
