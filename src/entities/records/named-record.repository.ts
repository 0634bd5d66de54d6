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
