/** Rows that an access report rests on, read the other way round: each must be one that the audit speaks of. */
import { indexDisclosures } from './disclosure.repository.js';
import { RECORDS_SO_FAR } from './released-part.repository.js';
import type { Sql, Transactional } from '../database/database.js';

export const FIRST_ID = '00000000-0000-0000-0000-000000000000';

/** Audited tables, and which of their rows an entry must speak of. */
export const SPOKEN_OF = {
  TRANSACTION: 'transaction',
  DELIVERY: `delivery r where r.state = 'DELIVERED' and`,
  ADMIN: 'admin_action',
} as const;
export type SpokenOf = keyof typeof SPOKEN_OF;

/** The next ids behind `after`, and whether an entry speaks of each. */
export function readSpokenOf(
  sql: Sql,
  kind: SpokenOf,
  after: string,
  limit: number,
): Promise<{ id: string; spokenOf: boolean }[]> {
  const from = SPOKEN_OF[kind];
  return sql.query(
    `select r.id, exists (select 1 from audit_entry e where e.subject = r.id and e.kind = $3) as "spokenOf"
     from ${from.includes(' ') ? from : `${from} r where`} r.id > $1 order by r.id limit $2`,
    [after, limit, kind],
  );
}

export interface DisclosurePlace {
  transactionId: string;
  recordId: string;
}

/** The next rows of the index behind `after`; `present`: its transaction is there, `released`: and let the record out. */
export function readDisclosures(
  sql: Sql,
  after: DisclosurePlace,
  limit: number,
): Promise<(DisclosurePlace & { present: boolean; released: boolean })[]> {
  return sql.query(
    `select d.transaction_id as "transactionId", d.record_id as "recordId", t.id is not null as present,
       coalesce(d.record_id = any(${RECORDS_SO_FAR}), false) as released
     from (select * from disclosure where (transaction_id, record_id) > ($1::uuid, $2::uuid)
           order by transaction_id, record_id limit $3) d
     left join transaction t on t.id = d.transaction_id order by 1, 2`,
    [after.transactionId, after.recordId, limit],
  );
}

const LACKING = `select t.id from transaction t where t.id = any($1::uuid[]) and exists (
  select 1 from unnest(${RECORDS_SO_FAR}) as released (id) where not exists (
    select 1 from disclosure d where d.transaction_id = t.id and d.record_id = released.id)) order by t.id`;

/** Those of the transactions that let out a record which the index does not tell; it may only lag behind. */
export async function findUntold(database: Transactional, ids: string[]): Promise<string[]> {
  const lacking = await idsOf(database, LACKING, [ids]);
  if (lacking.length === 0) return [];
  await indexDisclosures(database);
  return idsOf(database, LACKING, [lacking]);
}

/** Whether the index tells all that the newest transactions let out; `verifyAudit` checks the older ones. */
export async function isIndexWhole(database: Transactional, newest = 1000): Promise<boolean> {
  const ids = await idsOf(database, 'select id from transaction order by id desc limit $1', [newest]);
  return (await findUntold(database, ids)).length === 0;
}

const idsOf = async (sql: Sql, statement: string, values: unknown[]): Promise<string[]> =>
  (await sql.query<{ id: string }>(statement, values)).map(({ id }) => id);
