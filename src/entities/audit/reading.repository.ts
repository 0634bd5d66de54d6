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

/**
 * Consents under identifiers: they speak of a person of whom there may be no record, and of none whose record is another's.
 *
 * @param own the person's records
 */
export async function findConsentIds(
  sql: Sql,
  registry: string,
  identifiers: { type: string; value: string }[],
  own: string[],
): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select c.id from unnest($2::text[], $3::text[]) as g (type, value)
     join consent c on c.registry = $1 and c.identifier_type = g.type and c.identifier_value = g.value
     where c.given_for is null or c.given_for && $4::uuid[]`,
    [registry, identifiers.map(({ type }) => type), identifiers.map(({ value }) => value), own],
  );
  return rows.map(({ id }) => id);
}

/** Those that were given for these records under numbers they had, whoever has the numbers now. */
export async function findFormerConsentIds(sql: Sql, own: string[]): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(
    `select distinct c.id from former_identifier f
     join consent c on c.registry = f.registry and c.identifier_type = f.type and c.identifier_value = f.value
     where f.record_id = any($1::uuid[]) and not f.inside and c.given_for && $1::uuid[]`,
    [own],
  );
  return rows.map(({ id }) => id);
}
