import { Migration } from '@mikro-orm/migrations';

/** Since when a subscription is told of events, where its decisions go, and what keeps a record version. */
export class Subscriptions0006 extends Migration {
  override up(): void {
    // By the database's clock, as the events it is compared with.
    this.addSql(`alter table subscription add column active_since timestamptz`);
    this.addSql(`alter table subscription add column reply_uri text`);
    this.addSql(`create index delivery_version on delivery (record_id, version) where state in ('PENDING', 'FAILED')`);
  }
}
