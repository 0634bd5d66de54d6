/** Records of persons whom identifiers name. */
import type { Sql } from '../database/database.js';

/** Any of the values under any of the types. */
export interface Named {
  registry: string;
  types: string[];
  values: string[];
}

/** One statement for all that name by the same types, such as the consents of a page. */
export async function findNamed(sql: Sql, named: Named[]): Promise<string[]> {
  const alike = Map.groupBy(named, ({ registry, types }) => JSON.stringify([registry, types]));
  const found = new Set<string>();
  for (const group of alike.values()) {
    const { registry, types } = group[0] as Named;
    const rows = await sql.query<{ id: string }>(
      `select distinct record_id as id from record_identifier
       where registry = $1 and type = any($2::text[]) and value = any($3::text[])`,
      [registry, types, [...new Set(group.flatMap(({ values }) => values))]],
    );
    for (const { id } of rows) found.add(id);
  }
  return [...found];
}

const MOST_HOLDERS = 1000;

/** Records that hold an identifier; of one that many share, not all. */
export async function findHolders(
  sql: Sql,
  registry: string,
  { type, value }: { type: string; value: string },
): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select record_id as id from record_identifier where registry = $1 and type = $2 and value = $3 limit ${MOST_HOLDERS}`,
    [registry, type, value],
  );
  return rows.map(({ id }) => id);
}

export interface HeldIdentifier {
  recordId: string;
  type: string;
  value: string;
}

/** Of these records, each record's in one order. */
export function identifiersOfRecords(sql: Sql, ids: readonly string[]): Promise<HeldIdentifier[]> {
  return sql.query<HeldIdentifier>(
    `select record_id as "recordId", type, value from record_identifier where record_id = any($1::uuid[])
     order by type, value`,
    [[...ids]],
  );
}

/** Of those that have one. */
export async function externalIdsOf(sql: Sql, ids: string[]): Promise<Map<string, string>> {
  const rows = await sql.query<{ id: string; externalId: string }>(
    'select id, external_id as "externalId" from registry_record where id = any($1::uuid[]) and external_id is not null',
    [ids],
    'external-ids',
  );
  return new Map(rows.map(({ id, externalId }) => [id, externalId]));
}
