import { Migration } from '@mikro-orm/migrations';

/** Traffic rolled up per minute for the overview, and the orders of lists that had no index. */
export class Monitoring0009 extends Migration {
  override up(): void {
    // One column per latency bucket (upper bound in milliseconds): sums over any grouping need no unnesting.
    this.addSql(`
      create table traffic_minute (
        minute timestamptz not null,
        kind text not null check (kind in ('REQUEST', 'DELIVERY')),
        registry text not null,
        operation text not null,
        sender_id text not null,
        total bigint not null,
        failed bigint not null,
        le_1 bigint not null,
        le_2 bigint not null,
        le_5 bigint not null,
        le_10 bigint not null,
        le_20 bigint not null,
        le_50 bigint not null,
        le_100 bigint not null,
        le_200 bigint not null,
        le_500 bigint not null,
        le_1000 bigint not null,
        le_2000 bigint not null,
        le_5000 bigint not null,
        le_10000 bigint not null,
        le_30000 bigint not null,
        le_inf bigint not null,
        primary key (minute, kind, registry, operation, sender_id)
      )`);
    this.addSql(`create index sender_name on sender (name, id)`);
    this.addSql(`create index registry_record_order on registry_record (registry, id) where deleted_at is null`);
    this.addSql(`create index agreement_until on agreement (valid_until) where state = 'ACTIVE'`);
  }
}
