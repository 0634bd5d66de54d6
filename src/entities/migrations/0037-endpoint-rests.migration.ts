import { Migration } from '@mikro-orm/migrations';

/** What a receiver's trouble holds up: the endpoint of that sender, known to every process; a retry by hand goes all the same. */
export class EndpointRests0037 extends Migration {
  override up(): void {
    this.addSql(`
      create table endpoint_rest (
        sender_id text not null,
        endpoint text not null,
        failures integer not null,
        failing_since timestamptz not null,
        counted_at timestamptz not null,
        rests_until timestamptz,
        reason text not null,
        primary key (sender_id, endpoint)
      )`);
    this.addSql(`alter table delivery add column by_hand boolean not null default false`);
    this.addSql(`create index delivery_by_hand on delivery (due_at) where state = 'PENDING' and by_hand`);
    this.addSql(
      `create index delivery_endpoint on delivery (host, sender_id, split_part(target, '?', 1), due_at) where state = 'PENDING'`,
    );
    this.addSql(`drop index delivery_host`);
  }
}
