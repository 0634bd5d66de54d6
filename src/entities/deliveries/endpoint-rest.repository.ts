/**
 * The breakers of delivery: an endpoint of a sender that fails rests for a while, in every process and after a restart too. A
 * row is there from the first failure until a success; an endpoint without one is well.
 */
import type { Sql } from '../database/database.js';

/** Of a delivery `d`: its target without what a single request adds to it. */
export const ENDPOINT = `split_part(d.target, '?', 1)`;

export const endpointOf = (target: string): string => target.split('?', 1)[0] ?? target;

/** From then on it rests by itself, longer each time, and one request at a time tries whether it is back. */
export const FAILURES_TO_OPEN = 5;
const REST_SECONDS = 10;
const MAX_REST_SECONDS = 300;

export interface Endpoint {
  senderId: string;
  endpoint: string;
}

export interface EndpointRest extends Endpoint {
  /** In a row; those side by side count once. */
  failures: number;
  failingSince: Date;
  restsUntil: Date | null;
  reason: string;
}

// One that was on its way when the last failure was counted belongs to the same trouble.
const COUNTS = `$3::timestamptz >= e.counted_at`;
const TROUBLE = `
insert into endpoint_rest as e (sender_id, endpoint, failures, failing_since, counted_at, rests_until, reason)
values ($1, $2, 1, now(), now(), now() + make_interval(secs => $4::float8), $5)
on conflict (sender_id, endpoint) do update set
  failures = e.failures + case when ${COUNTS} then 1 else 0 end,
  counted_at = case when ${COUNTS} then now() else e.counted_at end,
  rests_until = greatest(e.rests_until, now() + make_interval(secs => $4::float8),
    case when ${COUNTS} and e.failures + 1 >= ${FAILURES_TO_OPEN} then now() + make_interval(secs =>
      least(${MAX_REST_SECONDS}, ${REST_SECONDS} * 2.0 ^ least(e.failures + 1 - ${FAILURES_TO_OPEN}, 10))) end),
  reason = $5
returning failures, case when counted_at = now() and rests_until > now() then rests_until end as "restsUntil"`;

export interface Trouble {
  claimedAt: string;
  reason: string;
  /** Seconds that the receiver asked for. */
  retryAfter?: number | undefined;
}

/** Gives until when it rests, where this failure made it rest. */
export async function noteTrouble(
  sql: Sql,
  { senderId, endpoint }: Endpoint,
  { claimedAt, reason, retryAfter }: Trouble,
): Promise<{ failures: number; restsUntil: Date } | undefined> {
  const asked = retryAfter === undefined ? null : Math.min(retryAfter, MAX_REST_SECONDS);
  const [row] = await sql.query<{ failures: number; restsUntil: string | null }>(
    TROUBLE,
    [senderId, endpoint, claimedAt, asked, reason],
    'endpoint-trouble',
  );
  return row?.restsUntil == null ? undefined : { failures: row.failures, restsUntil: new Date(row.restsUntil) };
}

/** After a success of what was claimed after the last failure. Tells whether it had rested. */
export async function noteSuccess(sql: Sql, { senderId, endpoint }: Endpoint, claimedAt: string): Promise<boolean> {
  const rows = await sql.query<{ rested: boolean }>(
    `delete from endpoint_rest where sender_id = $1 and endpoint = $2 and counted_at <= $3
     returning rests_until is not null as rested`,
    [senderId, endpoint, claimedAt],
  );
  return rows.some(({ rested }) => rested);
}

const COLUMNS = `sender_id as "senderId", endpoint, failures, failing_since as "failingSince", rests_until as "restsUntil", reason`;
type Row = Endpoint & { failures: number; failingSince: string; restsUntil: string | null; reason: string };

/** Endpoints in trouble of these senders. */
export async function restsOfSenders(sql: Sql, senderIds: readonly string[]): Promise<EndpointRest[]> {
  const rows = await sql.query<Row>(
    `select ${COLUMNS} from endpoint_rest where sender_id = any($1) order by sender_id, endpoint limit 1000`,
    [[...senderIds]],
  );
  return rows.map((row) => ({
    ...row,
    failingSince: new Date(row.failingSince),
    restsUntil: row.restsUntil === null ? null : new Date(row.restsUntil),
  }));
}

/** Endpoints that nothing was sent to for long. */
export async function forgetRests(sql: Sql, before: Date): Promise<void> {
  await sql.query('delete from endpoint_rest where greatest(counted_at, rests_until) < $1', [before]);
}
