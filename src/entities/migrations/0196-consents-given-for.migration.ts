import { Migration } from '@mikro-orm/migrations';

/** That none of those a consent was given for has its number any more, and another served record of their type has. */
export const PASSED = `
  coalesce((select bool_or(kind.passed) from (
    select not bool_or(r.id = any (c.given_for)) as passed
    from record_identifier i join registry_record r on r.id = i.record_id
    left join source_record_type s on s.registry = r.registry and s.record_type = r.record_type
    where i.registry = c.registry and i.type = c.identifier_type and i.value = c.identifier_value
      and r.origin = coalesce(s.source, '')
      and exists (select from registry_record b where b.id = any (c.given_for) and b.record_type = r.record_type)
    group by r.record_type) kind), false)`;

/** Another record of the same person: a further programme, or the copy of a source that took our own record's place. */
const JOINED = `
  exists (select from record_identifier i join registry_record b on b.id = i.record_id
    where i.registry = c.registry and i.type = c.identifier_type and i.value = c.identifier_value
      and b.id = any (c.given_for) and b.record_type = r.record_type)
    and (r.origin = '' or not exists (select from registry_record b
      where b.id = any (c.given_for) and b.record_type = r.record_type and b.origin = r.origin))`;

/**
 * A consent is of the records that had its number when it was given, or of the first that gets it. The database itself keeps
 * that up, whatever writes a record: who gets the number afterwards, when none of them has it, gave no consent.
 */
export class ConsentsGivenFor0196 extends Migration {
  override up(): void {
    this.addSql('alter table consent add column given_for uuid[], add column number_passed_at timestamptz');
    this.addSql(`alter table shown_consent add column given_for uuid[] not null default '{}'`);
    this.addSql(`
      create function give_consent_for() returns trigger language plpgsql as $$
      begin
        new.given_for := (select array_agg(i.record_id) from record_identifier i
          where i.registry = new.registry and i.type = new.identifier_type and i.value = new.identifier_value);
        return new;
      end $$`);
    this.addSql(
      'create trigger consent_given_for before insert on consent for each row execute function give_consent_for()',
    );
    // Locked first: two changes of one number at once each see what the other made of it.
    this.addSql(`
      create function follow_consents() returns trigger language plpgsql as $$
      declare
        followed uuid[];
      begin
        -- Most registries keep none, and need not sort what a load brings.
        if not exists (select from consent) then
          return null;
        end if;
        select array_agg(locked.id) into followed from (
          select c.id from consent c join (select distinct registry, type, value from moved) m
            on m.registry = c.registry and m.type = c.identifier_type and m.value = c.identifier_value
          where c.revoked_at is null order by c.id for update of c) as locked;
        if followed is null then
          return null;
        end if;
        update consent c set given_for = coalesce(c.given_for, '{}') || came.ids
          from (select c.id, array_agg(m.record_id) as ids
            from consent c join moved m
              on m.registry = c.registry and m.type = c.identifier_type and m.value = c.identifier_value
            join registry_record r on r.id = m.record_id
            where c.id = any (followed) and (c.given_for is null
              or tg_op = 'INSERT' and r.id <> all (c.given_for) and ${JOINED})
            group by c.id) as came
          where c.id = came.id;
        update consent c set number_passed_at = case when c.number_passed_at is null then now() end
          where c.id = any (followed) and ${PASSED} <> (c.number_passed_at is not null);
        return null;
      end $$`);
    this.addSql(`
      create trigger record_identifier_came after insert on record_identifier referencing new table as moved
        for each statement execute function follow_consents()`);
    this.addSql(`
      create trigger record_identifier_went after delete on record_identifier referencing old table as moved
        for each statement execute function follow_consents()`);
    // Where a correction took the number from a record since, it was that one's.
    this.addSql(`
      update consent c set given_for = coalesce(
        (select array_agg(f.record_id) from former_identifier f
         where f.registry = c.registry and f.type = c.identifier_type and f.value = c.identifier_value
           and not f.inside and f.ended_at > c.created_at),
        (select array_agg(i.record_id) from record_identifier i
         where i.registry = c.registry and i.type = c.identifier_type and i.value = c.identifier_value))
      where c.revoked_at is null and (c.valid_until is null or c.valid_until > now())`);
    this.addSql(`update consent c set number_passed_at = now() where c.given_for is not null and ${PASSED}`);
  }
}
