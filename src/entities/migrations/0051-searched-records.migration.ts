import { Migration } from '@mikro-orm/migrations';

/**
 * What is searched of each record in typed columns, a table for each layout (record type of a definition). The database
 * keeps them itself: whoever writes records, an older version beside us included, keeps them too. The function below is
 * made anew with each layout.
 */
export class SearchedRecords0051 extends Migration {
  override up(): void {
    this.addSql(`
      create table searched_layout (
        id integer generated always as identity primary key,
        registry text not null,
        record_type text not null,
        origin text not null,
        digest text not null,
        column_names text not null,
        column_values text not null,
        indexes text[] not null,
        made_in xid8 not null default pg_current_xact_id(),
        filled_to uuid,
        filled_at timestamptz,
        ready_at timestamptz,
        seen_at timestamptz not null default now(),
        unique (registry, record_type, origin, digest)
      )`);
    this.addSql(`
      create function keep_searched_records() returns trigger language plpgsql as $$
      begin
        return null;
      end $$`);
    for (const change of ['insert', 'update'])
      this.addSql(`
        create trigger registry_record_searched_${change} after ${change} on registry_record
        referencing new table as changed for each statement execute function keep_searched_records()`);
  }
}
