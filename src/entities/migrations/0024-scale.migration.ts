import { Migration } from '@mikro-orm/migrations';

/** What is asked of many millions of rows, and no index answered. */
export class Scale0024 extends Migration {
  override up(): void {
    // Every day that a record holds anywhere; the index on `data` finds whole values, and a day may stand in a date-time.
    this.addSql(`
      create function record_days(data jsonb) returns text[] language sql immutable strict parallel safe as $$
        select array(select found[1] from regexp_matches(data::text, '"([0-9]{4}-[0-9]{2}-[0-9]{2})', 'g') as found)
      $$`);
    this.addSql(`create index registry_record_days on registry_record using gin (record_days(data))`);
    // Lists show revoked consents too.
    this.addSql(`drop index consent_sender`);
    this.addSql(`drop index consent_kind`);
    this.addSql(`create index consent_sender on consent (sender_id, id) where sender_id is not null`);
    this.addSql(`create index consent_kind on consent (organization_kind, id) where organization_kind is not null`);
    this.addSql(`create index delivery_registry on delivery (registry, id)`);
    // As with transactions: the common values are found quickly by walking the primary key.
    this.addSql(`create index delivery_action on delivery (action, id) where action not in ('on-search', 'notify')`);
    this.addSql(`create index admin_action_name on admin_action (action, id)`);
  }
}
