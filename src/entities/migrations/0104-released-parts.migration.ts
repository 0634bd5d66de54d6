import { Migration } from '@mikro-orm/migrations';

/**
 * What a part of an upload released stands in a row of its own until the upload ends: added to the transaction part by part,
 * a hundred thousand ids were written two hundred times. They are gathered by the database, so that a process of the version
 * before may end what one of this version began.
 */
export class ReleasedParts0104 extends Migration {
  override up(): void {
    this.addSql(`create table released_part (
      request_id uuid not null,
      page integer not null,
      record_ids uuid[] not null,
      consent_ids uuid[] not null,
      primary key (request_id, page)
    )`);
    this.addSql(`
      create function gather_parts() returns trigger language plpgsql as $$
      declare
        records uuid[];
        consents uuid[];
      begin
        with gone as (
          delete from released_part where request_id = new.id returning page, record_ids, consent_ids
        )
        select array(select u.id from gone, unnest(record_ids) with ordinality u (id, place) order by page, place),
          array(select u.id from gone, unnest(consent_ids) with ordinality u (id, place) order by page, place)
        into records, consents;
        new.record_ids := records || new.record_ids;
        new.consent_ids := case when new.consent_ids is not null then consents || new.consent_ids end;
        return new;
      end $$`);
    this.addSql(`create trigger transaction_gathers before update of processed_at on transaction for each row
      when (old.processed_at is null and new.processed_at is not null) execute function gather_parts()`);
  }
}
