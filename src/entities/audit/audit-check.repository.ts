/** What a verifier reads: entries in the order of their commits, and beside each what it speaks of as it is now. */
import type { AuditEntry } from './audit.repository.js';
import { adminActionText, hashAdminAction, type AdminActionFacts } from './audit.repository.js';
import type { Sql } from '../database/database.js';
import { DELIVERY_FACTS, MESSAGE_HASH, type DeliveryFacts } from './delivery-audit.js';
import { TRANSACTION_FACTS, type TransactionFacts } from './transaction-audit.js';

/** An entry as stored; `at` with all its digits, so that no change of it goes unseen. */
export interface StoredEntry {
  id: string;
  xid: string;
  kind: AuditEntry['kind'];
  subject: string;
  transition: string;
  actor: string;
  at: string;
  contentHash: Buffer;
  entryHash: Buffer;
}

/** The transaction that an entry speaks of. */
export interface CheckedTransaction {
  id: string;
  facts: TransactionFacts;
  present: boolean;
  /** A later entry speaks of it, or parts of its work are still to come: this entry no longer says how it is. */
  superseded: boolean;
  /** No payload is stored (never was, or purged). */
  empty: boolean;
  contentHash: Buffer;
  /** Over the payloads that are stored now. */
  actualHash: Buffer;
  status: string;
}

/** The delivery that an entry speaks of. */
export interface CheckedDelivery {
  id: string;
  present: boolean;
  superseded: boolean;
  state: string;
  /** Whether it ended when the entry says; of one that is pending, true. */
  inTime: boolean;
  facts: DeliveryFacts;
  /** Of its message, as kept with it; null in rows of processes of an earlier version. */
  contentHash: Buffer | null;
  /** Over the message that is stored now; null when none is. */
  actualHash: Buffer | null;
  /** Whether its entry is from before entries proved more than the message. */
  early: boolean;
}

/** A receipt is told of a delivery and changes nothing that another entry proves of it. */
const RECEIPT = `'RECEIPT'`;
const SUPERSEDED = `exists (select 1 from audit_entry n
  where n.subject = e.subject and n.transition <> ${RECEIPT} and (n.xid, n.id) > (e.xid, e.id))`;
const sized = (column: string) =>
  `convert_to(coalesce(length(${column}), 0) || ':', 'UTF8') || coalesce(${column}, '')`;

const ENTRY = `id, xid::text as xid, kind, subject, transition, actor, content_hash as "contentHash",
  entry_hash as "entryHash", to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US') as at`;

/** Entries of commits from `fromXid` to below `untilXid` behind `after`, in order. */
export async function readEntries(
  sql: Sql,
  range: { fromXid: string; untilXid?: string; after?: Pick<StoredEntry, 'xid' | 'id'> },
  limit: number,
): Promise<StoredEntry[]> {
  const { fromXid, untilXid, after } = range;
  const rows = await sql.query<StoredEntry>(
    `select ${ENTRY} from audit_entry
     where audit_entry.xid >= $1::xid8 and ($2::xid8 is null or audit_entry.xid < $2::xid8)
       and ($3::xid8 is null or (audit_entry.xid, id) > ($3::xid8, $4::uuid))
     order by audit_entry.xid, id limit $5`,
    [fromXid, untilXid ?? null, after?.xid ?? null, after?.id ?? null, limit],
  );
  return rows.map((row) => ({ ...row, at: `${row.at.replace(/000$/, '')}Z` }));
}

export async function isEntryStored(sql: Sql, id: string): Promise<boolean> {
  return (await sql.query('select 1 from audit_entry where id = $1', [id])).length > 0;
}

/** Transactions behind these entries, by entry id. */
export async function checkTransactions(sql: Sql, entryIds: string[]): Promise<Map<string, CheckedTransaction>> {
  const rows = await sql.query<CheckedTransaction>(
    `select e.id, t.id is not null as present, t.request_sealed is null and t.response_sealed is null as empty,
       t.content_hash as "contentHash", t.status, ${TRANSACTION_FACTS} as facts,
       sha256(${sized('t.request_sealed')} || ${sized('t.response_sealed')}) as "actualHash",
       ${SUPERSEDED} or e.transition in ('RECEIVED', 'PENDING')
         and exists (select 1 from accepted_request a where a.id = e.subject) as superseded
     from audit_entry e left join transaction t on t.id = e.subject where e.id = any($1::uuid[])`,
    [entryIds],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Deliveries behind these entries, by entry id. */
export async function checkDeliveries(sql: Sql, entryIds: string[]): Promise<Map<string, CheckedDelivery>> {
  const rows = await sql.query<CheckedDelivery>(
    `select e.id, d.id is not null as present, e.transition = ${RECEIPT} or ${SUPERSEDED} as superseded, d.state,
       ${DELIVERY_FACTS} as facts,
       d.finished_at is not distinct from case when d.state <> 'PENDING' then e.at end as "inTime",
       d.content_hash as "contentHash", case when d.message_sealed is not null then ${MESSAGE_HASH} end as "actualHash",
       e.at < (select (value #>> '{}')::timestamptz from gateway_state where key = 'delivery_facts') as early
     from audit_entry e left join delivery d on d.id = e.subject where e.id = any($1::uuid[])`,
    [entryIds],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

const ACTIONS = `select e.id, a.actor, a.role, a.action, a.target_type as "targetType", a.target_id as "targetId", a.reason,
    a.before, a.after, a.at = e.at as "inTime"
  from audit_entry e join admin_action a on a.id = e.subject where e.id = any($1::uuid[])`;

/** Hashes of the admin actions behind these entries, by entry id; none for one that is gone, null for one of another time. */
export async function hashAdminActions(sql: Sql, entryIds: string[]): Promise<Map<string, Buffer | null>> {
  const rows = await sql.query<{ id: string; inTime: boolean } & AdminActionFacts>(ACTIONS, [entryIds]);
  return new Map(rows.map((row) => [row.id, row.inTime ? hashAdminAction(row) : null]));
}

/** The admin actions behind these entries, by entry id, as their hashes are made over them. */
export async function readAdminActions(sql: Sql, entryIds: string[]): Promise<Map<string, string>> {
  const rows = await sql.query<{ id: string } & AdminActionFacts>(ACTIONS, [entryIds]);
  return new Map(rows.map((row) => [row.id, adminActionText(row)]));
}

export const PURGE_ACTION = 'purge';

/** What retention announces before it removes it. */
export const PURGED = ['transactions', 'payloads'] as const;
export type Purged = (typeof PURGED)[number];

/** Until when (by the time in a UUIDv7) retention removed it; nothing announces what is still to come. */
export async function purgedUntil(sql: Sql, what: Purged): Promise<Date> {
  const [row] = await sql.query<{ until: string | null }>(
    `select max(a.after ->> 'until') as until from admin_action a
     where a.action = $1 and a.target_type = 'Retention' and a.target_id = $2
       and a.after ->> 'until' <= to_char(a.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')
       and exists (select 1 from audit_entry e where e.subject = a.id and e.kind = 'ADMIN')`,
    [PURGE_ACTION, what],
  );
  return new Date(row?.until ?? 0);
}
