/** What administrators read of a person, from the rows that each reading left. */
import type { Sql } from '../database/database.js';

export interface StoredReading {
  id: string;
  at: string;
  actor: string;
  role: string;
  action: string;
  reason: string | null;
  fields: string[] | null;
  about: string[];
}

/** Rows from before readings named whom they are about have a record as their target. */
const BEFORE_ABOUT = ['explainAccess', 'accessReport'];

/** Readings about any of these records or consents, newest first. */
export function findReadings(sql: Sql, ids: string[], limit: number): Promise<StoredReading[]> {
  return sql.query<StoredReading>(
    `with found as (
       select a.* from unnest($1::text[]) as one (id) join admin_action a on a.after -> 'about' @> to_jsonb(one.id)
       union
       select a.* from admin_action a
       where a.target_type = 'Record' and a.target_id = any($1::text[]) and a.action = any($2::text[])
     )
     select id, at, actor, role, action, reason, after -> 'fields' as fields,
       coalesce(after -> 'about', jsonb_build_array(target_id)) as about
     from found order by id desc limit $3`,
    [ids, BEFORE_ABOUT, limit],
  );
}

/** Consents under identifiers: they speak of a person of whom there may be no record. */
export async function findConsentIds(
  sql: Sql,
  registry: string,
  identifiers: { type: string; value: string }[],
): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select c.id from unnest($2::text[], $3::text[]) as g (type, value)
     join consent c on c.registry = $1 and c.identifier_type = g.type and c.identifier_value = g.value`,
    [registry, identifiers.map(({ type }) => type), identifiers.map(({ value }) => value)],
  );
  return rows.map(({ id }) => id);
}
