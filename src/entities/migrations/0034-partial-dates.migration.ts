import { Migration } from '@mikro-orm/migrations';

/** Years and months stand beside the days in the index of days, for records that know no more. */
export class PartialDates0034 extends Migration {
  override up(): void {
    this.addSql(`
      create or replace function record_days(data jsonb) returns text[] language sql immutable strict parallel safe as $$
        select array(select coalesce(found[1], found[2]) from regexp_matches(
          data::text, '"(?:([0-9]{4}-[0-9]{2}-[0-9]{2})|([0-9]{4}(?:-[0-9]{2})?)")', 'g') as found)
      $$`);
    this.addSql(`reindex index registry_record_days`);
  }
}
