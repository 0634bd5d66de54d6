/** The record as an event made it, sealed and kept only as long as a delivery may need it. */
import type { DataVault } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';
import { KEEPS_VERSION, keepsVersion } from '../queues/waiting-event.sql.js';

export interface VersionKey {
  recordId: string;
  version: number;
}

type Data = Record<string, unknown>;

/** A version as it was found: to be opened, or gone: forgotten, or its data key shredded. */
export type OpenVersion = () => Promise<Data | undefined>;

/** In the order of their keys; each is opened by itself, so that a broken one takes no other with it. */
export async function findVersions(sql: Sql, vault: DataVault, keys: readonly VersionKey[]): Promise<OpenVersion[]> {
  const rows = await sql.query<VersionKey & { dataKeyId: string; sealed: Buffer }>(
    `select v.record_id as "recordId", v.version::float8 as version, v.data_key_id as "dataKeyId", v.data_sealed as sealed
     from unnest($1::uuid[], $2::bigint[]) as k (record_id, version)
     join record_version v on v.record_id = k.record_id and v.version = k.version`,
    [keys.map(({ recordId }) => recordId), keys.map(({ version }) => version)],
    'find-versions',
  );
  const found = new Map(rows.map((row) => [placeOf(row), row]));
  return keys.map((key) => async () => {
    const row = found.get(placeOf(key));
    return row && ((await vault.open(row.dataKeyId, row.sealed, placeOf(key))) as Data | undefined);
  });
}

const placeOf = ({ recordId, version }: VersionKey): string => `record_version:${recordId}:${version}`;

/** What a deleted record held last, where its version is not kept; a record that came back since holds something else. */
export async function lastData(sql: Sql, { recordId, version }: VersionKey): Promise<Data | undefined> {
  const [row] = await sql.query<{ data: Data }>(
    `select data from registry_record
     where id = $1 and version = $2 and deleted_at is not null and data <> '{}'`,
    [recordId, version],
    'last-data',
  );
  return row?.data;
}

/** But for records of live sources while somebody subscribed to deletions: nothing else tells who is gone when they are. */
export async function forgetVersions(sql: Sql, keys: VersionKey[]): Promise<void> {
  if (keys.length === 0) return;
  await sql.query(
    `delete from record_version v using unnest($1::uuid[], $2::bigint[]) as gone (record_id, version)
     where v.record_id = gone.record_id and v.version = gone.version
       and not exists (select 1 from source_row s
         join source_record_type t on t.source = s.source
         join subscription b on b.registry = t.registry and b.event_type = 'DELETE'
           and b.state in ('ACTIVE', 'PAUSED', 'SUSPENDED')
         where s.record_id = v.record_id and s.version >= v.version)`,
    [keys.map(({ recordId }) => recordId), keys.map(({ version }) => version)],
  );
}

/** What is there of each: the newest up to the version. What nobody was told of is gone. */
export async function newestUpTo(sql: Sql, keys: readonly VersionKey[]): Promise<VersionKey[]> {
  return sql.query<VersionKey>(
    `select v.record_id as "recordId", max(v.version)::float8 as version
     from unnest($1::uuid[], $2::bigint[]) as k (record_id, version)
     join record_version v on v.record_id = k.record_id and v.version <= k.version group by v.record_id`,
    [keys.map(({ recordId }) => recordId), keys.map(({ version }) => version)],
  );
}

const FORGET_TOLD = `
with looked as materialized (
  select record_id, version from record_version where (record_id, version) > ($1::uuid, $2::bigint)
  order by record_id, version limit $3
), gone as (
  delete from record_version v using looked
  where v.record_id = looked.record_id and v.version = looked.version
    and not exists (select 1 from registry_event e where ${KEEPS_VERSION})
    and not exists (select 1 from source_row s where s.record_id = v.record_id and s.version >= v.version
      and not exists (select 1 from record_version newer where newer.record_id = v.record_id
        and newer.version > v.version and newer.version <= s.version
        and not exists (select 1 from registry_event e where ${keepsVersion('newer')})))
    and not exists (select 1 from delivery d
      where d.record_id = v.record_id and d.version = v.version and d.state in ('PENDING', 'FAILED'))
  returning 1
)
select record_id as "recordId", version::float8 as version, (select count(*)::int from gone) as gone
from looked order by looked.record_id desc, looked.version desc limit 1`;

/** Before all others. */
export const NO_VERSION: VersionKey = { recordId: '00000000-0000-0000-0000-000000000000', version: 0 };

/**
 * Of so many behind a key, those whose event was told to everybody; a failed delivery keeps its version, since it may be tried
 * again, and a record of a live source the last one that was told, which alone says whose it was when it is gone: while a newer
 * one waits, nobody knows whether anybody will be told of that. Gives the last that was looked at, undefined behind the end.
 */
export async function forgetToldVersions(
  sql: Sql,
  after: VersionKey,
  limit: number,
): Promise<{ gone: number; last: VersionKey | undefined }> {
  const values: unknown[] = [after.recordId, after.version, limit];
  const [row] = await sql.query<VersionKey & { gone: number }>(FORGET_TOLD, values, 'forget-told');
  return { gone: row?.gone ?? 0, last: row };
}
