/** What waits in each queue, counted to a bound so that a large backlog does not cost the more. */
import type { Sql } from '../database/database.js';
import { LANE, NAMED_LANES, READY } from '../deliveries/due-delivery.repository.js';
import { FAILURES_TO_OPEN } from '../deliveries/endpoint-rest.repository.js';
import { waitingId } from '../queues/waiting-event.sql.js';

const COUNTED = 10_000;

const QUEUES = {
  'process-requests': `select due_at from accepted_request where due_at <= now() and (claimed_until is null or claimed_until < now())`,
  'fan-out': `select created_at as due_at from registry_event e where ${waitingId('e')} is not null`,
  deliver: `select due_at from delivery where state = 'PENDING' and due_at <= now() and (claimed_until is null or claimed_until < now())`,
};

// What waits for its endpoint, or for an earlier one of its record, no worker could take: that is its receiver's trouble.
const OLDEST: Partial<Record<keyof typeof QUEUES, string>> = {
  deliver: `(with recursive ${NAMED_LANES} select min(next.due_at) from named
    left join endpoint_rest r using (sender_id, endpoint)
    cross join lateral (select d.due_at from delivery d where ${LANE} = named.lane and ${READY} order by d.due_at limit 1) next
    where (r.rests_until is null or r.rests_until <= now()) and coalesce(r.failures, 0) < ${FAILURES_TO_OPEN})`,
};

export async function readQueues(sql: Sql): Promise<{ name: string; waiting: number; oldestDueAt: Date | null }[]> {
  const names = Object.keys(QUEUES) as (keyof typeof QUEUES)[];
  const parts = names.map(
    (name) =>
      `select '${name}' as name, count(*)::int as waiting, ${OLDEST[name] ?? 'min(due_at)'} as oldest
       from (${QUEUES[name]} limit ${COUNTED}) due`,
  );
  const rows = await sql.query<{ name: string; waiting: number; oldest: string | null }>(
    parts.join(' union all '),
    [],
    'read-queues',
  );
  return rows.map(({ name, waiting, oldest }) => ({
    name,
    waiting,
    oldestDueAt: oldest === null ? null : new Date(oldest),
  }));
}
