/** How retention deletes: sealed columns in batches, whole months by their partition, data keys by shredding. */
import type { Retention } from '../../platform/config.schema.js';
import { MESSAGE_HASH } from '../audit/delivery-audit.js';
import { GATEWAY_OWNER } from '../database/data-vault.js';
import type { Database, Sql } from '../database/database.js';
import { firstId } from '../database/partitions.js';
import { rememberPurged } from '../queues/tail.repository.js';
import { forgetFormerIdentifiers } from '../records/former-identifier.repository.js';
import { KEEPS_VERSION, waitingId } from '../queues/waiting-event.sql.js';

const BATCH = 1000;
/** Dropping a partition waits for readers; it gives way and is tried again at the next run. */
const LOCK_TIMEOUT = '2s';

/** Runs a statement with a limit of `BATCH` rows until it finds no more. */
async function inBatches(sql: Sql, statement: string, values: unknown[]): Promise<number> {
  let total = 0;
  for (let rows = BATCH; rows === BATCH; total += rows) rows = (await sql.query(statement, values)).length;
  return total;
}

/** The same over ids (`$1` = behind which): rows that an earlier batch has dealt with are not read again by each later one. */
async function inOrder(sql: Sql, statement: string, values: unknown[], from = FIRST): Promise<number> {
  let total = 0;
  for (let rows = BATCH, last = from; rows === BATCH; total += rows) {
    const ids = (await sql.query<{ id: string }>(statement, [last, ...values])).map(({ id }) => id);
    last = ids.reduce((a, b) => (a > b ? a : b), last);
    rows = ids.length;
  }
  return total;
}
const FIRST = '00000000-0000-0000-0000-000000000000';

/** Whether a sealed payload received before `until` is left that no hold covers. */
export async function hasPayloads(sql: Sql, until: Date): Promise<boolean> {
  const [end, from] = await payloadRange(sql, until);
  return (await sql.query(`${UNPURGED} limit 1`, [from, end])).length > 0;
}

const NOT_HELD = `(data_key_id is null or not exists (select 1 from data_key k where k.id = data_key_id and k.legal_hold))`;
const UNPURGED = `select id from transaction
  where id > $1 and id < $2 and (request_sealed is not null or response_sealed is not null) and ${NOT_HELD}`;

export async function purgePayloads(sql: Sql, until: Date): Promise<number> {
  const statement = `update transaction set request_sealed = null, response_sealed = null
    where id = any(array(${UNPURGED} order by id limit ${BATCH})) and id > $1 and id < $2 returning id`;
  const [end, from] = await payloadRange(sql, until);
  return inOrder(sql, statement, [end], from);
}

/** Older months than that of the oldest key that is not shredded hold no payload any more, and are not looked at. */
async function payloadRange(sql: Sql, until: Date): Promise<[until: string, from: string]> {
  const [row] = await sql.query<{ month: string | null }>(
    `select to_char(min(month), 'YYYY-MM-DD') as month from data_key where wrapped is not null`,
  );
  const from = row?.month == null ? until : new Date(Date.parse(row.month) - DAY_MS);
  return [firstId(until), firstId(from)];
}
const DAY_MS = 86_400_000;

/** Messages of deliveries that are finished. */
export async function purgeDeliveries(sql: Sql, until: Date): Promise<number> {
  const statement = `update delivery d set message_sealed = null, content_hash = coalesce(content_hash, ${MESSAGE_HASH}) where id = any(array(
      select id from delivery where id > $1 and id < $2 and state <> 'PENDING' and message_sealed is not null
        and ${NOT_HELD} order by id limit ${BATCH})) returning id`;
  const [end, from] = await payloadRange(sql, until);
  return inOrder(sql, statement, [end], from);
}

/** Versions that no event and no delivery waits for. */
export function purgeVersions(sql: Sql, until: Date): Promise<number> {
  const statement = `delete from record_version where ctid = any(array(
      select v.ctid from record_version v where v.created_at < $1 and ${NOT_HELD}
        and not exists (select 1 from registry_event e where ${KEEPS_VERSION})
        and not exists (select 1 from delivery d where d.record_id = v.record_id and d.version = v.version
          and d.state = 'PENDING')
      limit ${BATCH})) returning 1`;
  return inBatches(sql, statement, [until]);
}

/** Months of a partitioned table that ended before `until`, as `YYYY-MM`. */
export async function monthsBefore(sql: Sql, table: string, until: Date): Promise<string[]> {
  const rows = await sql.query<{ month: string }>(
    `select replace(right(inhrelid::regclass::text, 7), '_', '-') as month from pg_inherits
     where inhparent = $1::regclass order by 1`,
    [table],
  );
  return rows.map(({ month }) => month).filter((month) => endOf(month) <= until);
}

export async function dropMonth(database: Pick<Database, 'transaction'>, table: string, month: string): Promise<void> {
  await database.transaction(async (unit) => {
    await unit.query(`set local lock_timeout = '${LOCK_TIMEOUT}'`);
    if (table === 'outbox_event') await rememberPurged(unit, partitionOf(table, month));
    await unit.query(`drop table ${partitionOf(table, month)}`);
  });
}

/** Of a month that cannot go as a whole: the transactions of senders that are not held in it, and of no held key. */
export function deleteTransactions(
  sql: Sql,
  month: string,
  { senders, dataKeyIds }: { senders: string[]; dataKeyIds: string[] },
): Promise<number> {
  const partition = partitionOf('transaction', month);
  const statement = `delete from ${partition} where id = any(array(
      select id from ${partition} where (sender_id is null or not sender_id = any($1::text[]))
        and (data_key_id is null or not data_key_id = any($2::uuid[])) limit ${BATCH})) returning 1`;
  return inBatches(sql, statement, [senders, dataKeyIds]);
}

/** Finished deliveries, who got a record, by which former number it is asked for, and ended consents, of transactions that are gone. */
export async function deleteRemains(sql: Sql, until: Date): Promise<number> {
  const deliveries = `delete from delivery where id = any(array(
      select id from delivery where id > $1 and id < $2 and state <> 'PENDING' and ${NOT_HELD}
      order by id limit ${BATCH})) returning id`;
  const told = (await inOrder(sql, deliveries, [firstId(until)])) + (await deleteDisclosures(sql, until));
  return told + (await forgetFormerIdentifiers(sql, until)) + (await deleteConsents(sql, until));
}

/** What they let out is gone too, but for what a hold on whoever they were given to keeps. */
function deleteConsents(sql: Sql, until: Date): Promise<number> {
  const statement = `delete from consent where id = any(array(
      select c.id from consent c where c.id > $1 and least(c.revoked_at, c.valid_until) < $2 and not exists (
        select 1 from data_key k where k.legal_hold and (k.owner = c.sender_id or c.sender_id is null))
      order by c.id limit ${BATCH})) returning id`;
  return inOrder(sql, statement, [until]);
}

// Along the primary key, of which the transaction is the second half: one walk through the index, however much is old.
const OLD_DISCLOSURES = `
with old as (
  select record_id, transaction_id from disclosure
  where (record_id, transaction_id) > ($1::uuid, $2::uuid) and transaction_id < $3
  order by record_id, transaction_id limit ${BATCH}
), gone as (
  delete from disclosure d using old where (d.record_id, d.transaction_id) = (old.record_id, old.transaction_id)
    and not exists (select 1 from transaction t where t.id = old.transaction_id) returning 1
)
select record_id as "recordId", transaction_id as "transactionId", (select count(*)::int from gone) as deleted from old
order by record_id desc, transaction_id desc limit 1`;

async function deleteDisclosures(sql: Sql, until: Date): Promise<number> {
  let deleted = 0;
  let last: { recordId: string; transactionId: string; deleted: number } | undefined;
  do {
    const { recordId: record = FIRST, transactionId: transaction = FIRST } = last ?? {};
    [last] = await sql.query<NonNullable<typeof last>>(OLD_DISCLOSURES, [record, transaction, firstId(until)]);
    deleted += last?.deleted ?? 0;
  } while (last !== undefined);
  return deleted;
}

// What is still to be told or answered keeps its key, however old it is: without it, it could only be given up.
const NEEDED = `
  select data_key_id from delivery where state = 'PENDING' and data_key_id is not null
  union all select v.data_key_id from record_version v join delivery d on d.record_id = v.record_id and d.version = v.version
    where d.state = 'PENDING'
  union all select v.data_key_id from record_version v join registry_event e on ${KEEPS_VERSION}
  union all select t.data_key_id from transaction t join accepted_request a on a.id = t.id where t.data_key_id is not null
  union all select data_key_id from bulk_chunk
  union all select data_key_id from file_import_part`;

/**
 * Destroys data keys of months whose payloads are past their time: copies in backups become unreadable too. Those that work
 * under way needs stay until it is done.
 */
export async function shredDataKeys(sql: Sql, days: Retention, now: Date): Promise<number> {
  const rows = await sql.query(
    `update data_key k set wrapped = null, shredded_at = $1
     where wrapped is not null and not legal_hold and not exists (select 1 from (${NEEDED}) n where n.data_key_id = k.id)
       and (month + interval '1 month') at time zone 'UTC'
         + make_interval(days => case when owner = $2 then $3::int else $4::int end) < $1
     returning 1`,
    [now, GATEWAY_OWNER, Math.max(days.payloads, days.versions), Math.max(days.payloads, days.attempts)],
  );
  return rows.length;
}

/** A month of events that all were fanned out, and of which nothing is still to be brought. */
export async function isTold(sql: Sql, month: string): Promise<boolean> {
  const events = partitionOf('registry_event', month);
  const left = await sql.query(
    `select 1 where exists (select 1 from ${events} e where ${waitingId('e')} is not null)
       or exists (select 1 from delivery d join ${events} e on e.id = d.event_id where d.state = 'PENDING')`,
  );
  return left.length === 0;
}

function partitionOf(table: string, month: string): string {
  return `${table}_${month.replace('-', '_')}`;
}

function endOf(month: string): Date {
  const [year = 0, ordinal = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, ordinal, 1));
}
