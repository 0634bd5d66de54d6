/** The record as an event made it, sealed and kept only as long as a delivery may need it. */
import type { DataVault } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';

export interface VersionKey {
  recordId: string;
  version: number;
}

type Data = Record<string, unknown>;

/** Undefined once it is forgotten, or its data key was shredded. */
export async function openVersion(
  sql: Sql,
  vault: DataVault,
  { recordId, version }: VersionKey,
): Promise<Data | undefined> {
  const [row] = await sql.query<{ dataKeyId: string; sealed: Buffer }>(
    'select data_key_id as "dataKeyId", data_sealed as sealed from record_version where record_id = $1 and version = $2',
    [recordId, version],
    'open-version',
  );
  if (row === undefined) return undefined;
  return (await vault.open(row.dataKeyId, row.sealed, `record_version:${recordId}:${version}`)) as Data;
}

/** What a deleted record held last; a deletion makes no version of its own. */
export async function lastData(sql: Sql, recordId: string): Promise<Data | undefined> {
  const [row] = await sql.query<{ data: Data }>(
    'select data from registry_record where id = $1',
    [recordId],
    'last-data',
  );
  return row?.data;
}

export async function forgetVersions(sql: Sql, keys: VersionKey[]): Promise<void> {
  if (keys.length === 0) return;
  await sql.query(
    `delete from record_version v using unnest($1::uuid[], $2::bigint[]) as gone (record_id, version)
     where v.record_id = gone.record_id and v.version = gone.version`,
    [keys.map(({ recordId }) => recordId), keys.map(({ version }) => version)],
  );
}

/** Those whose event was told to everybody; a failed delivery keeps its version, since it may be tried again. */
export async function forgetToldVersions(sql: Sql, limit: number): Promise<number> {
  const rows = await sql.query(
    `delete from record_version where ctid in (
       select v.ctid from record_version v
       where not exists (select 1 from registry_event e
           where e.record_id = v.record_id and e.version = v.version and e.fanned_out_at is null)
         and not exists (select 1 from delivery d
           where d.record_id = v.record_id and d.version = v.version and d.state in ('PENDING', 'FAILED'))
       limit $1) returning 1`,
    [limit],
  );
  return rows.length;
}
