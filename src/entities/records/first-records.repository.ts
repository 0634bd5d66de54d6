/** The demo registry and first imports: what is there already, how far the demo is, what an import leaves to do. */
import type { Sql } from '../database/database.js';
import type { RecordDraft } from './record.repository.js';

type Key = Pick<RecordDraft, 'registry' | 'recordType' | 'externalId'>;

/** The drafts of which no record has the external id. */
export async function missingRecords(sql: Sql, drafts: RecordDraft[]): Promise<RecordDraft[]> {
  const rows = await sql.query<Key>(
    `select r.registry, r.record_type as "recordType", r.external_id as "externalId" from registry_record r
     join unnest($1::text[], $2::text[], $3::text[]) as given (registry, type, id)
       on r.registry = given.registry and r.record_type = given.type and r.external_id = given.id
     where r.deleted_at is null`,
    [
      drafts.map(({ registry }) => registry),
      drafts.map(({ recordType }) => recordType),
      drafts.map(({ externalId }) => externalId),
    ],
  );
  const present = new Set(rows.map(nameOf));
  return drafts.filter((draft) => !present.has(nameOf(draft)));
}

const nameOf = ({ registry, recordType, externalId }: Key): string =>
  JSON.stringify([registry, recordType, externalId]);

/** Many came at once: the planner must know of them. */
export async function analyzeRecords(sql: Sql): Promise<void> {
  await sql.query('analyze registry_record, record_identifier');
}

/** How many identifiers are not stored as they are looked up. */
export async function countOddIdentifiers(sql: Sql): Promise<number> {
  const [row] = await sql.query<{ identifiers: number }>(
    'select count(*)::int as identifiers from record_identifier where value <> normal_identifier(value)',
  );
  return row?.identifiers ?? 0;
}

/** Whether the demo is to be loaded: into an empty database; and to its end, where an earlier start was cut short. */
export async function beginDemo(sql: Sql): Promise<boolean> {
  const begun = await sql.query(
    `insert into gateway_state (key, value) select 'demo', '"loading"' where not exists (select 1 from registry_record)
     on conflict (key) do update set value = '"loading"' returning 1`,
  );
  if (begun.length > 0) return true;
  return (await sql.query(`select 1 from gateway_state where key = 'demo' and value = '"loading"'`)).length > 0;
}

export async function endDemo(sql: Sql): Promise<void> {
  await sql.query(`update gateway_state set value = '"done"' where key = 'demo'`);
}
