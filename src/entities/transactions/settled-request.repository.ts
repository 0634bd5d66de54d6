/**
 * What became of an accepted request, or of a part of it, committed with the callback that tells it. A part is one statement:
 * the next one waits for it, and each answer of the database waits for whatever else this process has to do.
 */
import type { TransactionStatus } from '../../protocol/vocabulary.js';
import { hashContent } from '../audit/audit.repository.js';
import { proveTransaction } from '../audit/transaction-audit.js';
import { recordTransition } from '../audit/transition.js';
import type { Sql } from '../database/database.js';
import { callbackSql, insertCallback, type CallbackRow } from '../deliveries/delivery.repository.js';
import { eventRow } from '../queues/outbox.repository.js';
import type { AcceptedRequest, RequestProgress } from './accepted-request.repository.js';

export interface RequestStep {
  status: TransactionStatus;
  statusReasonCode: string | null;
  statusReasonMessage: string | null;
  accessDecision: unknown;
  recordIds: string[];
  consentIds: string[];
  /** Undefined where the message could not be read: those that were accepted stand. */
  referenceIds: string[] | undefined;
  /** Of the whole; of a refusal, which does not read them, what was counted when it was accepted stands. */
  itemCount: number;
  itemsDone: number;
  /** Of this part. */
  recordCount: number;
  /** The whole unsigned answer, where it is one message. */
  responseSealed: Buffer | null;
  /** Of a message that cannot be opened any more the audit goes on proving what was accepted. */
  unopened: boolean;
  /** Where it is to go on; undefined when it is done. */
  next: RequestProgress | undefined;
  /** Whether the claim goes on too: the next part is being worked on. */
  held: boolean;
}

export interface Settled {
  worker: string;
  request: AcceptedRequest;
  step: RequestStep;
  /** Undefined where there is nowhere to send one. */
  callback: CallbackRow | undefined;
}

export interface SettledPart extends Settled {
  callback: CallbackRow;
}

/** The claim ran out and another process has taken over: what was done here is rolled back. */
export class ClaimLost extends Error {}

/** The whole, or what was left of it: call in a transaction. @throws ClaimLost */
export async function settleRequest(sql: Sql, { worker, request, step, callback }: Settled, now: Date): Promise<void> {
  const { id, senderId } = request;
  const ended = await sql.query(END, [id, worker], 'end-request');
  if (ended.length === 0) throw new ClaimLost(TAKEN_OVER);
  await sql.query(STEP, stepValues(request, step, now), 'step-transaction');
  const contentHash = await proveTransaction(sql, id);
  const what = { of: 'transaction', id, transition: step.status, actor: senderId, at: now } as const;
  await recordTransition(sql, { ...what, contentHash, detail: detailOf(request, step) });
  if (callback !== undefined) await insertCallback(sql, callback);
}

/** A part behind which more follows: progress, not a transition. What goes on gives its claim back, behind what waits already, unless it is held. @throws ClaimLost */
export async function settlePart(sql: Sql, { worker, request, step, callback }: SettledPart, now: Date): Promise<void> {
  const events = [eventRow('transaction', request.id, detailOf(request, step)), callback.event];
  const [ids, topics, subjects, details] = [0, 1, 2, 3].map((column) => events.map((event) => event[column]));
  const { progress } = request;
  const { next, held, recordIds, consentIds } = step;
  const claim = [worker, JSON.stringify(next), held];
  const released = [progress.pages ?? 0, recordIds, consentIds];
  const values = [...stepValues(request, step, now), ...claim, ...released, ids, topics, subjects, details];
  const settled = await sql.query(SETTLE_PART, [...values, ...callback.values], 'settle-part');
  if (settled.length === 0) throw new ClaimLost(TAKEN_OVER);
  sql.eventWritten();
}

const TAKEN_OVER = 'another process has taken the request over';

const END = 'delete from accepted_request where id = $1 and claimed_by = $2 returning 1';

const STEP = `update transaction set status = $2, status_reason_code = coalesce(status_reason_code, $3),
  status_reason_message = coalesce(status_reason_message, $4), item_count = greatest(item_count, $5), items_done = $6,
  record_count = record_count + $7, record_ids = record_ids || $8::uuid[], reference_ids = coalesce($9::text[], reference_ids),
  response_sealed = $10, content_hash = coalesce($11, content_hash), processed_at = $12::timestamptz, duration_ms = $13::real,
  access_decision = case when $14 or not access_decision ? 'items' then coalesce($15::jsonb, access_decision)
    else jsonb_set(access_decision, '{items}', (access_decision -> 'items') || coalesce($15::jsonb -> 'items', '[]')) end,
  consent_ids = case when $14 then $16::uuid[] when consent_ids is not null then consent_ids || $16 end
where id = $1`;

const SETTLE_PART = `
with advanced as (
  update accepted_request set progress = $18, attempts = 0, last_error = null, due_at = now(),
    claimed_by = case when $19 then claimed_by end, claimed_until = case when $19 then claimed_until end
  where id = $1 and claimed_by = $17 returning id
), stepped as (
  ${STEP} and exists (select from advanced)
), kept as (
  insert into released_part (request_id, page, record_ids, consent_ids)
  select id, $20, $21::uuid[], $22::uuid[] from advanced where cardinality($21::uuid[]) + cardinality($22::uuid[]) > 0
), told as (
  insert into outbox_event (id, topic, subject, detail)
  select e.* from advanced, unnest($23::uuid[], $24::text[], $25::uuid[], $26::jsonb[]) as e
), owed as (
  ${callbackSql(27)} from advanced
)
select id from advanced`;

const detailOf = ({ senderId, registry, operation }: AcceptedRequest, { status }: RequestStep) => ({
  senderId,
  registry,
  operation,
  status,
});

/** Of `STEP`. What a part released is gathered at the end (released-part.repository.ts). */
function stepValues(request: AcceptedRequest, step: RequestStep, now: Date): unknown[] {
  const { next, accessDecision } = step;
  const ended = next === undefined;
  return [
    request.id,
    step.status,
    step.statusReasonCode,
    step.statusReasonMessage,
    step.itemCount,
    step.itemsDone,
    step.recordCount,
    ended ? step.recordIds : [],
    step.referenceIds,
    step.responseSealed,
    step.unopened ? null : hashContent(request.requestSealed, step.responseSealed),
    ended ? now : null,
    ended ? now.getTime() - new Date(request.receivedAt).getTime() : null,
    (request.progress.pages ?? 0) === 0,
    accessDecision === undefined ? null : JSON.stringify(accessDecision),
    ended ? step.consentIds : [],
  ];
}
