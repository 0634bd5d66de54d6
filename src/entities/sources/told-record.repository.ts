/** Records of live sources that somebody may have been told of: which version is the last, and nothing of the record. */
import type { Registry } from '../../protocol/vocabulary.js';
import type { Sql } from '../database/database.js';

export interface ToldRecord {
  id: string;
  registry: Registry;
  recordType: string;
}

/** In any order; a record that once was a copy goes on from its version. */
export async function nextVersions(
  sql: Sql,
  source: string,
  records: ToldRecord[],
  now: Date,
): Promise<Map<string, number>> {
  const rows = await sql.query<{ id: string; version: number }>(
    `insert into registry_record as r (id, registry, record_type, data, origin, created_at, updated_at, deleted_at)
     select t.*, '{}', $4, $5, $5, $5 from unnest($1::uuid[], $2::text[], $3::text[]) as t
     on conflict (id) do update set version = r.version + 1, data = '{}', updated_at = $5, deleted_at = $5
     returning id, version::float8 as version`,
    [
      records.map(({ id }) => id),
      records.map(({ registry }) => registry),
      records.map(({ recordType }) => recordType),
      source,
      now,
    ],
  );
  return new Map(rows.map(({ id, version }) => [id, version]));
}

export const toldRecords = (sql: Sql, ids: string[]): Promise<ToldRecord[]> =>
  sql.query('select id, registry, record_type as "recordType" from registry_record where id = any($1::uuid[])', [ids]);
