/** Traffic rolled up per minute: what the overview reads instead of scanning transactions. */
import type { Sql } from '../database/database.js';

/** Upper bounds of the latency buckets in milliseconds; what is slower than the last falls into one more. */
export const LATENCY_BOUNDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 30_000] as const;

export type TrafficKind = 'REQUEST' | 'DELIVERY';

export interface TrafficKey {
  /** Start of the minute. */
  minute: Date;
  kind: TrafficKind;
  /** Empty where it is not known, as for `operation` and `senderId`. */
  registry: string;
  operation: string;
  senderId: string;
}

export interface TrafficCounts {
  total: number;
  failed: number;
  /** One number per bound, and one for what is slower. */
  latency: number[];
}

export type TrafficRow = TrafficKey & TrafficCounts;

const BUCKETS = [...LATENCY_BOUNDS.map((bound) => `le_${bound}`), 'le_inf'];
const COUNTS = ['total', 'failed', ...BUCKETS];

const UPSERT = `insert into traffic_minute (minute, kind, registry, operation, sender_id, ${COUNTS.join(', ')})
select * from unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[], $5::text[],
  ${COUNTS.map((_, index) => `$${index + 6}::bigint[]`).join(', ')})
on conflict (minute, kind, registry, operation, sender_id) do update set
  ${COUNTS.map((name) => `${name} = traffic_minute.${name} + excluded.${name}`).join(', ')}`;

/** Adds to what other processes have counted. In one order, so that two processes never wait for each other in a ring. */
export async function addTraffic(sql: Sql, rows: TrafficRow[]): Promise<void> {
  const sorted = rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const column = <T>(pick: (row: TrafficRow) => T): T[] => sorted.map(pick);
  await sql.query(
    UPSERT,
    [
      column(({ minute }) => minute),
      column(({ kind }) => kind),
      column(({ registry }) => registry),
      column(({ operation }) => operation),
      column(({ senderId }) => senderId),
      column(({ total }) => total),
      column(({ failed }) => failed),
      ...BUCKETS.map((_, index) => column(({ latency }) => latency[index] ?? 0)),
    ],
    'traffic-add',
  );
}

export function keyOf({ minute, kind, registry, operation, senderId }: TrafficKey): string {
  return [minute.toISOString(), kind, registry, operation, senderId].join(' ');
}

export interface TrafficSum extends TrafficCounts {
  /** Of the grouping; null where it is not grouped by it. */
  registry: string | null;
  operation: string | null;
  senderId: string | null;
}

const SUMS = `sum(total)::float8 as total, sum(failed)::float8 as failed,
  array[${BUCKETS.map((name) => `sum(${name})`).join(', ')}]::float8[] as latency`;

// Minutes first: over a week they are a million, and what is left of them is grouped four times.
const BY_ALL = COUNTS.map((name) => `sum(${name})::bigint as ${name}`).join(', ');

/** All, by registry, by operation and by sender, in one pass over `[from, until)`. */
export function sumTraffic(sql: Sql, kind: TrafficKind, from: Date, until: Date): Promise<TrafficSum[]> {
  return sql.query<TrafficSum>(
    `select case when grouping(registry) = 0 then registry end as registry,
       case when grouping(operation) = 0 then operation end as operation,
       case when grouping(sender_id) = 0 then sender_id end as "senderId", ${SUMS}
     from (select registry, operation, sender_id, ${BY_ALL} from traffic_minute
       where minute >= $1 and minute < $2 and kind = $3 group by registry, operation, sender_id) minutes
     group by grouping sets ((), (registry), (operation), (sender_id))
     having count(*) > 0 order by sum(total) desc`,
    [from, until, kind],
    'traffic-sum',
  );
}

export type TrafficStep = TrafficCounts & { at: Date };

/** In steps of `stepSeconds`; steps without traffic are left out. */
export async function traceTraffic(
  sql: Sql,
  kind: TrafficKind,
  from: Date,
  until: Date,
  stepSeconds: number,
): Promise<TrafficStep[]> {
  const rows = await sql.query<TrafficCounts & { at: string }>(
    `select date_bin(make_interval(secs => $4), minute, $1) as at, ${SUMS}
     from traffic_minute where minute >= $1 and minute < $2 and kind = $3 group by 1 order by 1`,
    [from, until, kind, stepSeconds],
    'traffic-trace',
  );
  return rows.map((row) => ({ ...row, at: new Date(row.at) }));
}

/** Requests of these senders, in steps of `stepSeconds`; steps without traffic are left out. */
export async function traceSenders(
  sql: Sql,
  senderIds: readonly string[],
  from: Date,
  until: Date,
  stepSeconds: number,
): Promise<(TrafficStep & { senderId: string })[]> {
  const rows = await sql.query<TrafficCounts & { at: string; senderId: string }>(
    `select sender_id as "senderId", date_bin(make_interval(secs => $4), minute, $1) as at, ${SUMS} from traffic_minute
     where minute >= $1 and minute < $2 and kind = 'REQUEST' and sender_id = any ($3::text[]) group by 1, 2`,
    [from, until, [...senderIds], stepSeconds],
    'traffic-of-senders',
  );
  return rows.map((row) => ({ ...row, at: new Date(row.at) }));
}

export async function purgeTraffic(sql: Sql, before: Date): Promise<void> {
  await sql.query('delete from traffic_minute where minute < $1', [before]);
}
