import { Migration } from '@mikro-orm/migrations';

/** What JavaScript's `trim` takes off. */
export const SPACES = String.raw`E'\t\n\u000b\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff'`;

/** Types of which a value names one record; one that several share may become the same in several. */
const IDENTIFYING = `(i.type in ('UIN', 'NIN', 'NID', 'BRN', 'DRN', 'PASSPORT', 'FARMER_ID', 'DISABILITY_ID', 'BENEFICIARY_ID',
  'MEMBER_ID', 'DRIVING_LICENCE', 'VOTER_ID', 'TAX_ID', 'REFUGEE_ID')
  or i.record_type = 'Group' and i.type in ('GROUP_ID', 'HOUSEHOLD_ID'))`;

/**
 * Identifiers and texts in the form in which they are read from now on: NFC, and identifiers without blanks around them.
 * An identifier whose right form another record has stays, since two records must not become one here; the index lists
 * those. Sealed versions stay as they left.
 */
export class Text0032 extends Migration {
  override up(): void {
    this.addSql(`
      create function normal_identifier(value text) returns text language sql immutable strict parallel safe
        as $$ select btrim(normalize(value, NFC), ${SPACES}) $$`);
    this.rewrite();
  }

  /** By the function as it is: once more where that has changed. */
  protected rewrite(): void {
    this.identifiers();
    this.externalIds();
    this.texts();
    this.addSql(`update consent set identifier_value = normal_identifier(identifier_value)
      where identifier_value <> normal_identifier(identifier_value)`);
    this.addSql(`create index record_identifier_odd on record_identifier (registry, record_type, type)
      where value <> normal_identifier(value)`);
  }

  private identifiers(): void {
    this.addSql(`
      create temporary table odd_identifier on commit drop as
        select i.*, normal_identifier(i.value) as normal, false as stays from record_identifier i
        where i.value <> normal_identifier(i.value) or i.value = ''`);
    this.addSql(`
      update odd_identifier i set stays = true where i.normal <> '' and ${IDENTIFYING} and (
        exists (select 1 from record_identifier o where o.registry = i.registry and o.record_type = i.record_type
          and o.type = i.type and o.value = i.normal and o.record_id <> i.record_id)
        or exists (select 1 from odd_identifier o where o.registry = i.registry and o.record_type = i.record_type
          and o.type = i.type and o.normal = i.normal and o.record_id <> i.record_id))`);
    this.addSql(`
      delete from record_identifier r using odd_identifier i
      where not i.stays and r.record_id = i.record_id and r.type = i.type and r.value = i.value`);
    this.addSql(`
      insert into record_identifier (record_id, registry, record_type, type, value)
        select record_id, registry, record_type, type, normal from odd_identifier where not stays and normal <> ''
        on conflict do nothing`);
  }

  /** A blank one names nothing. */
  private externalIds(): void {
    this.addSql(`
      update registry_record r set external_id = nullif(normal_identifier(r.external_id), '')
      where (r.external_id <> normal_identifier(r.external_id) or r.external_id = '') and not exists (
        select 1 from registry_record o where o.registry = r.registry and o.record_type = r.record_type and o.id <> r.id
          and o.deleted_at is null and normal_identifier(r.external_id) <> ''
          and normal_identifier(o.external_id) = normal_identifier(r.external_id))`);
  }

  private texts(): void {
    this.addSql(`
      create function pg_temp.normal_texts(value jsonb, stays boolean) returns jsonb language plpgsql immutable as $$
      begin
        return case jsonb_typeof(value)
          when 'string' then to_jsonb(normalize(value #>> '{}', NFC))
          when 'array' then coalesce((
            select jsonb_agg(pg_temp.normal_texts(element, stays) order by place)
            from jsonb_array_elements(value) with ordinality as list (element, place)), value)
          when 'object' then coalesce((
            select jsonb_object_agg(name, case
              when name <> 'identifier_value' or jsonb_typeof(member) <> 'string' then pg_temp.normal_texts(member, stays)
              when stays then member
              else to_jsonb(normal_identifier(member #>> '{}')) end)
            from jsonb_each(value) as members (name, member)), value)
          else value end;
      end $$`);
    this.addSql(String.raw`
      update registry_record r
      set data = pg_temp.normal_texts(r.data, exists (select 1 from odd_identifier i where i.record_id = r.id and i.stays))
      where r.data::text is not NFC normalized
        or r.id in (select record_id from odd_identifier)
        or jsonb_path_exists(r.data, '$.**.identifier_value ? (@ like_regex "^\\s|\\s$")')`);
  }
}
