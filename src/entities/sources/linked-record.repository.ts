/** Copies of one entry of a source by identifiers that they share with records of another. */
import type { Sql } from '../database/database.js';
import type { Identifier } from '../records/record.repository.js';

interface Linked {
  data: Record<string, unknown>;
  identifiers: Identifier[];
}

/** Of each value, the copies that have it, the first made first. */
export async function linkedData(
  sql: Sql,
  { source, entry, type }: { source: string; entry: string; type: string },
  wanted: Identifier[],
): Promise<Map<string, Linked[]>> {
  if (wanted.length === 0) return new Map();
  const rows = await sql.query<Linked & { value: string }>(
    `select i.value, r.data, (select jsonb_agg(jsonb_build_object('type', o.type, 'value', o.value))
       from record_identifier o where o.record_id = r.id) as identifiers
     from record_identifier i
     join source_row s on s.record_id = i.record_id and s.source = $1 and s.entry = $2
     join registry_record r on r.id = i.record_id and r.deleted_at is null
     where i.type = $3 and i.value = any($4::text[]) order by r.created_at, r.id`,
    [source, entry, type, wanted.map(({ value }) => value)],
  );
  return Map.groupBy(rows, ({ value }) => value);
}

/** Keys at the source of copies of an entry that have one of the identifiers. */
export async function keysUnder(
  sql: Sql,
  { source, entry, registry }: { source: string; entry: string; registry: string },
  identifiers: Identifier[],
): Promise<string[][]> {
  if (identifiers.length === 0) return [];
  const rows = await sql.query<{ key: string[] }>(
    `select distinct s.key from unnest($4::text[], $5::text[]) as g (type, value)
     join record_identifier i on i.registry = $3 and i.type = g.type and i.value = g.value
     join source_row s on s.record_id = i.record_id and s.source = $1 and s.entry = $2 and s.key is not null`,
    [source, entry, registry, identifiers.map(({ type }) => type), identifiers.map(({ value }) => value)],
  );
  return rows.map(({ key }) => key);
}

/** Values of one identifier type that records have. */
export async function identifiersUnder(sql: Sql, type: string, ids: string[]): Promise<string[]> {
  const rows = await sql.query<{ value: string }>(
    'select value from record_identifier where record_id = any($1::uuid[]) and type = $2',
    [ids, type],
  );
  return rows.map(({ value }) => value);
}
