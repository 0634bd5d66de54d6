import { Migration } from '@mikro-orm/migrations';

/**
 * Who gets a number is told of behind what is still to be told of who had it before: `left_number` has those whose record is
 * still told of, by a key that is no number, and a notification the events that it is behind. One whose event could not be
 * matched is owed `unmatched`.
 */
export class NumbersInOrder0197 extends Migration {
  override up(): void {
    this.addSql('alter table delivery add column behind uuid[], add column unmatched boolean not null default false');
    this.addSql(`create function number_key(registry text, record_type text, type text, value text) returns bigint
      language sql immutable parallel safe as $$
        select hashtextextended(registry || ' ' || record_type || ' ' || type || ' ' || value, 0) $$`);
    this.addSql(`create table left_number (
      number bigint not null,
      record_id uuid not null,
      left_at timestamptz not null default now(),
      primary key (number, record_id)
    )`);
  }
}
