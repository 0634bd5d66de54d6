/** The few statements of subscriptions that an entity manager does not write. */
import type { Frequency } from '../../protocol/subscribe/subscription.js';
import type { QueryType } from '../../protocol/vocabulary.js';
import type { Sql, Unit } from '../database/database.js';
import type { SubscriptionState } from '../database/enums.js';
import { appendOutbox } from '../queues/outbox.repository.js';
import { Subscription } from './subscription.entity.js';

/** States in which a subscription counts as there; the partial unique index has the same list. */
export const LIVE_STATES: SubscriptionState[] = ['PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED'];

/** Until the end of the transaction nobody else subscribes for this sender: its cap and its duplicates can be judged. */
export async function lockSubscriber(sql: Sql, senderId: string): Promise<void> {
  await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`subscriptions of ${senderId}`]);
}

/**
 * From when on events are told to who subscribes now, by the database's clock. They are dated by when their transaction
 * began: one that is open may commit later, and who subscribes cannot have read what it wrote. Whoever has only read for a
 * minute, such as a backup, is not waited for.
 */
export async function eventsFrom(sql: Sql): Promise<Date> {
  const [row] = await sql.query<{ since: string | Date }>(
    `select least(now(), min(xact_start)) as since from pg_stat_activity
     where datname = current_database() and (backend_xid is not null or xact_start > now() - interval '1 minute')`,
  );
  if (row === undefined) throw new Error('the database did not tell the time');
  return new Date(row.since);
}

/** Our transaction row of a request. */
export async function findRequestId(sql: Sql, senderId: string, correlationId: string): Promise<string | undefined> {
  const [row] = await sql.query<{ id: string }>(
    'select id from transaction where correlation_id = $1 and sender_id = $2',
    [correlationId, senderId],
  );
  return row?.id;
}

export function findSubscription({ em }: Unit, senderId: string, code: string): Promise<Subscription | null> {
  return em.findOne(Subscription, { senderId, code });
}

/** All that one request made, by the correlation id that its acknowledgement had. */
export async function findSubscriptionsOfRequest(
  unit: Unit,
  senderId: string,
  correlationId: string,
): Promise<Subscription[]> {
  const requestId = await findRequestId(unit, senderId, correlationId);
  return requestId === undefined ? [] : unit.em.find(Subscription, { senderId, requestId }, { orderBy: { id: 'asc' } });
}

/** Tells live readers of a new state, in the transaction that makes it. */
export async function announce(sql: Sql, { id, senderId, registry, state }: Subscription): Promise<void> {
  await appendOutbox(sql, 'subscription', [{ subject: id, detail: { senderId, registry, status: state } }]);
}

/** What matching reads of a subscription. */
export interface MatchableSubscription {
  id: string;
  senderId: string;
  registry: string;
  eventType: string;
  recordType: string;
  frequency: Frequency | null;
  target: string;
  activeSince: Date;
  expiresAt: Date | null;
}

/** What a subscription asks of a record; it never changes. */
export interface StoredFilter {
  id: string;
  recordType: string;
  queryType?: QueryType | null | undefined;
  filter?: unknown;
}

export const findFilters = (sql: Sql, ids: string[]): Promise<StoredFilter[]> =>
  sql.query<StoredFilter>(
    `select id, record_type as "recordType", query_type as "queryType", filter from subscription where id = any($1::uuid[])`,
    [ids],
  );

/** Those that collect events of these kinds, resting ones included. */
export async function findCollecting(
  sql: Sql,
  kinds: { registry: string; eventType: string }[],
): Promise<MatchableSubscription[]> {
  const rows = await sql.query<Dated<MatchableSubscription>>(
    `select s.id, s.sender_id as "senderId", s.registry, s.event_type as "eventType", s.record_type as "recordType",
       s.frequency, s.target, coalesce(s.active_since, s.created_at) as "activeSince", s.expires_at as "expiresAt"
     from subscription s
     where s.state in ('ACTIVE', 'PAUSED', 'SUSPENDED')
       and (s.registry, s.event_type) in (select * from unnest($1::text[], $2::text[]))`,
    [kinds.map(({ registry }) => registry), kinds.map(({ eventType }) => eventType)],
  );
  return rows.map((row) => ({
    ...row,
    activeSince: new Date(row.activeSince),
    expiresAt: row.expiresAt === null ? null : new Date(row.expiresAt),
  }));
}

type Dated<Row> = Omit<Row, 'activeSince' | 'expiresAt'> & { activeSince: string; expiresAt: string | null };

export interface Counter {
  state: SubscriptionState;
  /** Of its last delivery. */
  sequence: number;
}

/** Locks the counters, in one order for everybody, so that numbers have no gap and no two are equal. */
export async function lockCounters(sql: Sql, ids: string[]): Promise<Map<string, Counter>> {
  const rows = await sql.query<Counter & { id: string }>(
    'select id, state, sequence::float8 as sequence from subscription where id = any($1::uuid[]) order by id for update',
    [ids],
  );
  return new Map(rows.map(({ id, ...counter }) => [id, counter]));
}

export async function saveCounters(sql: Sql, counters: Map<string, Counter>): Promise<void> {
  await sql.query(
    `update subscription s set sequence = n.sequence from unnest($1::uuid[], $2::bigint[]) as n (id, sequence)
     where s.id = n.id and s.sequence <> n.sequence`,
    [[...counters.keys()], [...counters.values()].map(({ sequence }) => sequence)],
  );
}

/**
 * Of the callback that tells what was decided: each subscription of a request is decided once, so its rank among them
 * numbers the callback; page 1 told all of them.
 */
export async function placeOfCallback(
  sql: Sql,
  id: string,
  requestId: string,
): Promise<{ correlationId: string; page: number }> {
  const [row] = await sql.query<{ correlationId: string; page: number }>(
    `select t.correlation_id as "correlationId",
       1 + (select count(*)::int from subscription s where s.request_id = t.id and s.id <= $2) as page
     from transaction t where t.id = $1`,
    [requestId, id],
  );
  if (row === undefined) throw new Error('the request of a subscription vanished');
  return row;
}
