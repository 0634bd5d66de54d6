/** Monthly partitions of the tables that are born large, by the time inside a UUIDv7. */
import type { Sql } from './database.js';

export const PARTITIONED = [
  'transaction',
  'outbox_event',
  'audit_entry',
  'registry_event',
  'delivery_attempt',
] as const;

/**
 * Creates the partitions from last month (a clock may lag at its turn) to `ahead` months on, where they are missing.
 * Attached and not created in their place, which would wait for whoever reads the table (a backup), and all others behind it.
 */
export async function ensurePartitions(sql: Sql, now: Date, ahead = 3): Promise<void> {
  for (let offset = -1; offset <= ahead; offset++) {
    const from = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1));
    const until = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset + 1, 1));
    const suffix = from.toISOString().slice(0, 7).replace('-', '_');
    for (const table of PARTITIONED)
      await attach(sql, table, `${table}_${suffix}`, `from ('${firstId(from)}') to ('${firstId(until)}')`);
    await refuseTruncate(sql, `audit_entry_${suffix}`);
  }
}

const attach = (sql: Sql, table: string, partition: string, values: string): Promise<unknown> =>
  sql.query(`do $$ begin
    if to_regclass('${partition}') is null then
      create table ${partition} (like ${table} including all);
      alter table ${table} attach partition ${partition} for values ${values};
    end if; end $$`);

/** Row triggers follow a table into its partitions, those on TRUNCATE do not. */
async function refuseTruncate(sql: Sql, partition: string): Promise<void> {
  const name = 'audit_entry_no_truncate';
  const guarded = await sql.query('select 1 from pg_trigger where tgname = $1 and tgrelid = $2::regclass', [
    name,
    partition,
  ]);
  if (guarded.length > 0) return;
  await sql.query(
    `create trigger ${name} before truncate on ${partition} for each statement execute function refuse_change()`,
  );
}

/** The smallest UUIDv7 of a moment; also turns a time range into a range of ids. */
export function firstId(at: Date): string {
  const hex = Math.max(0, at.getTime()).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
