/** Records that hold more than one person, as far as what was told of their versions says. */
import type { Sql } from '../database/database.js';

/** What identifies the records of one type. */
export interface IdentifyingType {
  registry: string;
  recordType: string;
  type: string;
}

export interface MergedVersion {
  id: string;
  registry: string;
  recordType: string;
  /** The one that is about somebody else than the version before it. */
  version: number;
  /** Types of identifiers that differ. */
  types: string[];
}

// A correction by external id looks the same, but the audit knows it.
const CONTRADICTING = `
with told as (
  select e.record_id, e.registry, e.record_type, e.version, i.type, array_agg(i.value) as held
  from registry_event e cross join lateral jsonb_to_recordset(e.identifiers) as i (type text, value text)
  join unnest($1::text[], $2::text[], $3::text[]) as rule (registry, record_type, type)
    on rule.registry = e.registry and rule.record_type = e.record_type and rule.type = i.type
  where e.event_type <> 'DELETE' group by e.record_id, e.registry, e.record_type, e.version, i.type
), corrected as (
  select (told->>'id')::uuid as record_id, (told->>'version')::bigint as version
  from admin_action a cross join lateral jsonb_path_query(a.after, '$.records[*] ? (exists(@.corrected))') as told
), by_type as (
  select *, lag(held) over (partition by record_id, type order by version) as before from told
), whole as (
  select record_id, registry, record_type, version, array_agg(type) as types,
    array_agg(one.name) as held
  from told cross join lateral (select told.type || ' ' || value as name from unnest(told.held) as value) as one
  group by record_id, registry, record_type, version
), steps as (
  select *, lag(held) over (partition by record_id order by version) as before from whole
), found as (
  select record_id, registry, record_type, version, type from by_type where before is not null and not held && before
  union
  select record_id, registry, record_type, version, unnest(types) from steps where before is not null and not held && before
)
select record_id as id, registry, record_type as "recordType", version, array_agg(distinct type order by type) as types from found
where (record_id, version) not in (select record_id, version from corrected)
group by record_id, registry, record_type, version order by record_id, version`;

export async function findContradictingVersions(sql: Sql, rules: IdentifyingType[]): Promise<MergedVersion[]> {
  const rows = await sql.query<{ id: string; registry: string; recordType: string; version: string; types: string[] }>(
    CONTRADICTING,
    columnsOf(rules),
  );
  return rows.map(({ version, ...row }) => ({ ...row, version: Number(version) }));
}

export interface HeldIdentifier extends IdentifyingType {
  id: string;
  version: number;
  value: string;
}

/** Identifying values in which a placeholder may hide: without any digit but zero or nine, or with an exponent. */
export async function findDoubtfulIdentifiers(sql: Sql, rules: IdentifyingType[]): Promise<HeldIdentifier[]> {
  const rows = await sql.query<{
    id: string;
    registry: string;
    recordType: string;
    version: string;
    type: string;
    value: string;
  }>(
    `select r.id, r.registry, r.record_type as "recordType", r.version, i.type, i.value
     from record_identifier i join registry_record r on r.id = i.record_id
     join unnest($1::text[], $2::text[], $3::text[]) as rule (registry, record_type, type)
       on rule.registry = i.registry and rule.record_type = i.record_type and rule.type = i.type
     where r.deleted_at is null and (i.value !~ '[1-8]' or i.value ~* '[0-9]\\s*e\\s*[+-]?\\s*[0-9]') order by r.id`,
    columnsOf(rules),
  );
  return rows.map(({ version, ...row }) => ({ ...row, version: Number(version) }));
}

const columnsOf = (rules: IdentifyingType[]): string[][] => [
  rules.map(({ registry }) => registry),
  rules.map(({ recordType }) => recordType),
  rules.map(({ type }) => type),
];
