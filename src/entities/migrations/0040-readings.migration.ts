import { Migration } from '@mikro-orm/migrations';

/** What administrators read of persons; and what receivers answered, sealed. */
export class Readings0040 extends Migration {
  override up(): void {
    // The access report asks by the ids that a row names.
    this.addSql(`create index admin_action_about on admin_action using gin ((after -> 'about') jsonb_path_ops)`);
    this.addSql(`alter table delivery_attempt add column data_key_id uuid, add column response_sealed bytea`);
    // The old column stays for processes of the version before, which may still run beside us; nothing stays in it.
    this.addSql(`update delivery_attempt set response_excerpt = null where response_excerpt is not null`);
    this.addSql(`
      create function keep_no_excerpt() returns trigger language plpgsql as $$
      begin
        new.response_excerpt := null;
        return new;
      end $$`);
    this.addSql(`create trigger delivery_attempt_no_excerpt before insert on delivery_attempt
      for each row when (new.response_excerpt is not null) execute function keep_no_excerpt()`);
  }
}
