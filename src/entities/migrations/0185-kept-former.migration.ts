import { Migration } from '@mikro-orm/migrations';

/**
 * The database itself keeps the numbers that a correction takes from a record: a process of a version that did not, beside
 * this one or started again in its place, leaves none out. A record that is removed keeps none.
 */
export class KeptFormer0185 extends Migration {
  override up(): void {
    this.addSql(`
      create function keep_former_identifiers() returns trigger language plpgsql as $$
      begin
        insert into former_identifier (registry, type, value, record_id, record_type)
          select g.registry, g.type, g.value, g.record_id, g.record_type
          from gone g join registry_record r on r.id = g.record_id and r.deleted_at is null
          on conflict (registry, type, value, record_id) do update set ended_at = excluded.ended_at, inside = false;
        return null;
      end $$`);
    this.addSql(`
      create trigger record_identifier_former after delete on record_identifier referencing old table as gone
        for each statement execute function keep_former_identifiers()`);
  }
}
