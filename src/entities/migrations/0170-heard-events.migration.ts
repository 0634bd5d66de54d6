import { Migration } from '@mikro-orm/migrations';

/**
 * `is_heard(registries)`: whether anybody ever subscribed to one of them. Where nobody did, whoever asks may write events
 * as told: until it commits, the first subscription to the registry waits, so that its subscriber can read what it is not
 * told of. A subscription is never deleted. Volatile, so that what was waited for is seen.
 */
export class HeardEvents0170 extends Migration {
  override up(): void {
    this.addSql(`create index subscription_registry on subscription (registry)`);
    this.addSql(`
      create function is_heard(registries text[]) returns boolean language plpgsql volatile as $$
      begin
        if exists (select from subscription where registry = any (registries)) then
          return true;
        end if;
        perform pg_advisory_xact_lock_shared(hashtextextended('first subscription to ' || registry, 0))
          from (select distinct registry from unnest(registries) as registry order by registry) as silent;
        return exists (select from subscription where registry = any (registries));
      end $$`);
    this.addSql(`
      create function wait_for_unheard() returns trigger language plpgsql volatile as $$
      begin
        if not exists (select from subscription where registry = new.registry) then
          perform pg_advisory_xact_lock(hashtextextended('first subscription to ' || new.registry, 0));
        end if;
        return new;
      end $$`);
    this.addSql(`
      create trigger subscription_first before insert on subscription
        for each row execute function wait_for_unheard()`);
  }
}
