import { Migration } from '@mikro-orm/migrations';
import { PASSED } from './0196-consents-given-for.migration.js';

/**
 * Where a live source has the number of a consent at others alone stands by itself (`passed_live`, as in `given_for_live`):
 * written into `number_passed_at`, what the source said last undid what our own records say, and they what it said.
 */
export class PassedAtLiveSources0200 extends Migration {
  override up(): void {
    this.addSql(`alter table consent add column passed_live text[] not null default '{}'`);
    this.addSql(`create index consent_passed_live on consent (id) where passed_live <> '{}'`);
    this.addSql(
      `create function number_passed(c consent) returns boolean language sql stable as $$ select ${PASSED} $$`,
    );
    this.addSql(`
      create function pass_at_live_sources() returns trigger language plpgsql as $$
      begin
        if new.passed_live <> '{}' or new.passed_live <> old.passed_live and number_passed(new) then
          new.number_passed_at := coalesce(old.number_passed_at, now());
        elsif new.passed_live <> old.passed_live then
          new.number_passed_at := null;
        end if;
        return new;
      end $$`);
    // Which of the two it was is not known: each source says it again when it is asked.
    this.addSql(`
      update consent c set
        passed_live = case when number_passed(c) then '{}'
          else array(select place from jsonb_object_keys(c.given_for_live) as place) end,
        number_passed_at = case when number_passed(c) then coalesce(c.number_passed_at, now()) else c.number_passed_at end
      where given_for_live <> '{}' and (number_passed_at is not null or number_passed(c))`);
    this.addSql(`
      create trigger consent_passed_live before update of number_passed_at, passed_live on consent
        for each row execute function pass_at_live_sources()`);
  }
}
