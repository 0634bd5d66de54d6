/** How far the seals are behind the audit, by its order and to a bound. */
import type { Sql } from '../database/database.js';

const COUNTED = 10_000;

export interface SealStanding {
  sealedAt: Date | null;
  /** Entries that no seal covers yet; counted to 10 000. */
  unsealed: number;
  /** When the first of them was written. */
  oldestAt: Date | null;
}

const STANDING = `
with last as materialized (select until_xid, sealed_at from audit_seal order by sequence desc limit 1),
  behind as (select coalesce((select until_xid from last), '0'::xid8) as xid)
select (select sealed_at from last) as "sealedAt",
  (select count(*)::int from (select 1 from audit_entry where xid >= (select xid from behind) limit ${COUNTED}) e) as unsealed,
  (select at from audit_entry where xid >= (select xid from behind) order by audit_entry.xid, id limit 1) as "oldestAt"`;

type Row = { sealedAt: string | null; unsealed: number; oldestAt: string | null };

export async function readSealStanding(sql: Sql): Promise<SealStanding> {
  const [row] = await sql.query<Row>(STANDING, [], 'seal-standing');
  const at = (value: string | null | undefined): Date | null => (value == null ? null : new Date(value));
  return { sealedAt: at(row?.sealedAt), unsealed: row?.unsealed ?? 0, oldestAt: at(row?.oldestAt) };
}
