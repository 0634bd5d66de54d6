/**
 * Accepted requests as work. A claim is fair to every sender and lasts for one part, of an upload for a few; each part is settled
 * in one transaction with all that it came to.
 */
import type { Hop } from '../../platform/hop.js';
import type { Operation, Registry, TransactionStatus } from '../../protocol/vocabulary.js';
import { hashContent } from '../audit/audit.repository.js';
import { LEASE_SECONDS } from '../queues/claim.repository.js';
import type { Sql } from '../database/database.js';
import { appendOutbox } from '../queues/outbox.repository.js';
import { proveTransaction } from '../audit/transaction-audit.js';
import { recordTransition } from '../audit/transition.js';
import { keepPart } from '../audit/released-part.repository.js';

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
    least($3::int, greatest($4::int - coalesce(held.here, 0), 0)) as room
  from lanes join sender s on s.sender_id = lanes.sender_id and s.state = 'ACTIVE'
    left join held on held.sender_id = lanes.sender_id
), mine as (
  select mine.id, mine.due_at, room.held + row_number() over (partition by room.sender_id order by mine.due_at) as turn
  from room cross join lateral (
    select a.id, a.due_at from accepted_request a
    where a.sender_id = room.sender_id and a.due_at <= $2 and (a.claimed_until is null or a.claimed_until < now())
    order by a.due_at limit room.room for update of a skip locked
  ) mine
), due as (
  select id from mine order by turn, due_at limit $3::int
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

export function claimRequests(
  sql: Sql,
  worker: string,
  now: Date,
  { free, perSender }: RequestRoom,
): Promise<AcceptedRequest[]> {
  return sql.query<AcceptedRequest>(CLAIM, [worker, now, free, perSender], 'claim-requests');
}

export async function postponeRequest(sql: Sql, worker: string, id: string, dueAt: Date, error: string): Promise<void> {
  await sql.query(
    `update accepted_request set due_at = $3, last_error = $4, claimed_by = null, claimed_until = null
     where id = $1 and claimed_by = $2`,
    [id, worker, dueAt, error],
  );
}

export interface RequestStep {
  status: TransactionStatus;
  statusReasonCode: string | null;
  statusReasonMessage: string | null;
  accessDecision: unknown;
  recordIds: string[];
  consentIds: string[];
  referenceIds: string[];
  itemCount: number;
  itemsDone: number;
  /** Of this part. */
  recordCount: number;
  /** The whole unsigned answer, where it is one message. */
  responseSealed: Buffer | null;
  /** Where it is to go on; undefined when it is done. */
  next: RequestProgress | undefined;
  /** Whether the claim goes on too: the next part is being worked on. */
  held: boolean;
}

/** The claim ran out and another process has taken over: what was done here is rolled back. */
export class ClaimLost extends Error {}

/** Writes one part, or the whole, in the transaction of `sql`. @throws ClaimLost */
export async function settleRequest(
  sql: Sql,
  worker: string,
  request: AcceptedRequest,
  step: RequestStep,
  now: Date,
): Promise<void> {
  await advance(sql, worker, request.id, step, now);
  await updateTransaction(sql, request, step, hashContent(request.requestSealed, step.responseSealed), now);
  const { id, senderId, registry, operation } = request;
  const detail = { senderId, registry, operation, status: step.status };
  if (step.next !== undefined) {
    const { recordIds, consentIds } = step;
    await keepPart(sql, { requestId: id, page: request.progress.pages ?? 0, recordIds, consentIds });
    // A part is progress, not a transition.
    return appendOutbox(sql, 'transaction', [{ subject: id, detail }]);
  }
  const contentHash = await proveTransaction(sql, id);
  const what = { of: 'transaction', id, transition: step.status, actor: senderId, at: now } as const;
  await recordTransition(sql, { ...what, contentHash, detail });
}

/** What goes on gives its claim back, behind what waits already, unless it is held. */
async function advance(sql: Sql, worker: string, id: string, { next, held }: RequestStep, now: Date): Promise<void> {
  const rows =
    next === undefined
      ? await sql.query('delete from accepted_request where id = $1 and claimed_by = $2 returning 1', [id, worker])
      : await sql.query(
          `update accepted_request set progress = $3, attempts = 0, last_error = null, due_at = $4,
             claimed_by = case when $5 then claimed_by end, claimed_until = case when $5 then claimed_until end
           where id = $1 and claimed_by = $2 returning 1`,
          [id, worker, JSON.stringify(next), now, held],
        );
  if (rows.length === 0) throw new ClaimLost('another process has taken the request over');
}

async function updateTransaction(
  sql: Sql,
  request: AcceptedRequest,
  step: RequestStep,
  contentHash: Buffer,
  now: Date,
): Promise<void> {
  const first = (request.progress.pages ?? 0) === 0;
  const decision = step.accessDecision === undefined ? null : JSON.stringify(step.accessDecision);
  await sql.query(
    `update transaction set status = $2, status_reason_code = coalesce(status_reason_code, $3),
       status_reason_message = coalesce(status_reason_message, $4), item_count = $5, items_done = $6,
       record_count = record_count + $7, record_ids = record_ids || $8::uuid[], reference_ids = $9::text[],
       response_sealed = $10, content_hash = $11, processed_at = $12::timestamptz, duration_ms = $13::real,
       access_decision = case when $14 or not access_decision ? 'items' then coalesce($15::jsonb, access_decision)
         else jsonb_set(access_decision, '{items}', (access_decision -> 'items') || coalesce($15::jsonb -> 'items', '[]')) end,
       consent_ids = case when $14 then $16::uuid[] when consent_ids is not null then consent_ids || $16 end
     where id = $1`,
    [
      request.id,
      step.status,
      step.statusReasonCode,
      step.statusReasonMessage,
      step.itemCount,
      step.itemsDone,
      step.recordCount,
      step.next === undefined ? step.recordIds : [],
      step.referenceIds,
      step.responseSealed,
      contentHash,
      step.next === undefined ? now : null,
      step.next === undefined ? now.getTime() - new Date(request.receivedAt).getTime() : null,
      first,
      decision,
      step.next === undefined ? step.consentIds : [],
    ],
  );
}
