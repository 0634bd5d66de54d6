/** What a pending delivery waits for, in facts: its sender, its subscription, its endpoint, an earlier one, its time. */
import { EARLIER } from './due-delivery.repository.js';
import { ENDPOINT } from './endpoint-rest.repository.js';
import type { Sql } from '../database/database.js';

export interface DeliveryWait {
  id: string;
  dueAt: Date | null;
  attempts: number;
  beingTried: boolean;
  senderState: string | null;
  subscriptionState: string | null;
  restsUntil: Date | null;
  restReason: string | null;
  /** Of the same record, to be brought first. */
  earlier: string | null;
}

const WAITS = `
select d.id, d.due_at as "dueAt", d.attempts, coalesce(d.claimed_until > now(), false) as "beingTried", s.state as "senderState",
  u.state as "subscriptionState", r.rests_until as "restsUntil", r.reason as "restReason",
  case when d.record_id is not null then (${EARLIER} order by earlier.version limit 1) end as earlier
from delivery d left join sender s on s.sender_id = d.sender_id left join subscription u on u.id = d.subscription_id
  left join endpoint_rest r on r.sender_id = d.sender_id and r.endpoint = ${ENDPOINT} and r.rests_until > $2
where d.id = any ($1::uuid[]) and d.state = 'PENDING'`;

type Row = Omit<DeliveryWait, 'dueAt' | 'restsUntil'> & { dueAt: string | null; restsUntil: string | null };

const dated = (value: string | null): Date | null => (value === null ? null : new Date(value));

/** Of those that are pending, by id. */
export async function readWaits(sql: Sql, ids: readonly string[], now: Date): Promise<Map<string, DeliveryWait>> {
  const rows = await sql.query<Row>(WAITS, [[...ids], now]);
  return new Map(rows.map((row) => [row.id, { ...row, dueAt: dated(row.dueAt), restsUntil: dated(row.restsUntil) }]));
}
