/** What waits in each queue, counted to a bound so that a large backlog does not cost the more. */
import type { Sql } from '../database/database.js';
import { waitingId } from './waiting-event.sql.js';

const COUNTED = 10_000;

const QUEUES = {
  'process-requests': `select due_at from accepted_request where due_at <= now() and (claimed_until is null or claimed_until < now())`,
  'fan-out': `select created_at as due_at from registry_event e where ${waitingId('e')} is not null and (claimed_until is null or claimed_until < now())`,
  deliver: `select due_at from delivery where state = 'PENDING' and due_at <= now() and (claimed_until is null or claimed_until < now())`,
};

export async function readQueues(sql: Sql): Promise<{ name: string; waiting: number; oldestDueAt: Date | null }[]> {
  const parts = Object.entries(QUEUES).map(
    ([name, due]) =>
      `select '${name}' as name, count(*)::int as waiting, min(due_at) as oldest from (${due} limit ${COUNTED}) due`,
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
