/** What the overview asks of other tables, each by an index and bounded. */
import { X509Certificate } from 'node:crypto';
import type { Sql } from '../database/database.js';

const COUNTED_TO = 100_000;
/** At every scrape. */
const DELIVERIES_COUNTED_TO = 10_000;

export interface DeliveryStanding {
  backlog: number;
  /** Of those that do not wait for the time that their subscription's frequency names. */
  oldestAt: Date | null;
  suspendedEndpoints: number;
}

export async function readDeliveryStanding(sql: Sql): Promise<DeliveryStanding> {
  const [row] = await sql.query<{ backlog: number; oldestAt: string | null; suspended: number }>(
    `select (select count(*)::int from (select 1 from delivery where state = 'PENDING' limit ${COUNTED_TO}) p) as backlog,
       (select created_at from (select * from delivery where state = 'PENDING' order by id limit ${COUNTED_TO}) p
         where not (p.attempts = 0 and p.due_at > now() and exists (
           select from subscription s where s.id = p.subscription_id and s.frequency is not null))
         order by id limit 1) as "oldestAt",
       (select count(distinct target)::int from subscription where state = 'SUSPENDED') as suspended`,
    [],
    'delivery-standing',
  );
  const oldestAt = row?.oldestAt == null ? null : new Date(row.oldestAt);
  return { backlog: row?.backlog ?? 0, oldestAt, suspendedEndpoints: row?.suspended ?? 0 };
}

/** What was not brought, by state: counted to a bound, by the index of those states. */
export function countDeliveries(sql: Sql): Promise<{ state: string; count: number }[]> {
  const counts = ['PENDING', 'FAILED', 'CANCELLED'].map(
    (state) => `select '${state}' as state, count(*)::int as count
      from (select 1 from delivery where state = '${state}' limit ${DELIVERIES_COUNTED_TO}) d`,
  );
  return sql.query(counts.join(' union all '), [], 'count-deliveries');
}

export interface Ending {
  id: string;
  senderId: string | null;
  expiresAt: Date;
}

/** Agreements in force that end before `until`, the next first; not of a sender that is suspended, nor one whose operations, record types and purposes a later one has. */
export async function endingAgreements(sql: Sql, now: Date, until: Date): Promise<Ending[]> {
  const rows = await sql.query<{ id: string; senderId: string; end: string }>(
    `select a.id, s.sender_id as "senderId", a.valid_until as "end" from agreement a join sender s on s.id = a.sender_id
     where a.state = 'ACTIVE' and a.valid_until > $1 and a.valid_until <= $2 and s.state <> 'SUSPENDED'
       and not exists (
         select from agreement b where b.sender_id = a.sender_id and b.registry = a.registry and b.state = 'ACTIVE'
           and b.valid_from <= a.valid_until and coalesce(b.valid_until > a.valid_until, true)
           and b.operations @> a.operations and coalesce(b.record_types @> a.record_types, b.record_types is null)
           and coalesce(b.purposes @> a.purposes, b.purposes is null))
     order by a.valid_until limit 100`,
    [now, until],
  );
  return rows.map(({ id, senderId, end }) => ({ id, senderId, expiresAt: new Date(end) }));
}

/** Active keys whose rotation is due before `until`; they are replaced `rotationDays` after they became active. */
export async function endingServerKeys(sql: Sql, rotationDays: number, until: Date): Promise<Ending[]> {
  if (rotationDays === 0) return [];
  const rows = await sql.query<{ id: string; end: string }>(
    `select kid as id, activated_at + make_interval(days => $1) as "end" from server_key
     where state = 'ACTIVE' and activated_at + make_interval(days => $1) <= $2 order by 2`,
    [rotationDays, until],
  );
  return rows.map(({ id, end }) => ({ id, senderId: null, expiresAt: new Date(end) }));
}

/** Certificates that we show to receivers and that end before `until`, those that have ended included. */
export async function endingCertificates(sql: Sql, until: Date): Promise<Ending[]> {
  const rows = await sql.query<{ senderId: string; pem: string }>(
    `select s.sender_id as "senderId", o.tls_certificate as pem from sender_outbound o join sender s on s.id = o.sender_id
     where o.tls_certificate is not null and s.state <> 'SUSPENDED'`,
  );
  return rows
    .map(({ senderId, pem }) => ({ id: senderId, senderId, expiresAt: endOf(pem) }))
    .filter(({ expiresAt }) => expiresAt <= until);
}

const endOf = (pem: string): Date => new X509Certificate(pem).validToDate;
