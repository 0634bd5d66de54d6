import { Migration } from '@mikro-orm/migrations';

/**
 * Older versions number a notification by its place among the deliveries, and may run beside newer ones for a while: the database itself holds
 * that a fixed message has its number, and no two of a subscription the same. What such a version would fix without one is
 * refused to it, and left to a newer process.
 */
export class Numbered0038 extends Migration {
  override up(): void {
    // The strongest at once: to take more of it later would deadlock with a claim that waits.
    this.addSql(`lock table delivery in access exclusive mode`);
    // Sent under its place among all deliveries, unless another went out under that number.
    this.addSql(`update delivery d set told = d.sequence where ${UNNUMBERED} and not exists (
      select 1 from delivery other where other.subscription_id = d.subscription_id and other.told = d.sequence)`);
    this.addSql(RAISE_COUNTERS);
    this.addSql(`update delivery d set told = t.told + n.place from subscription_told t, (
        select id, row_number() over (partition by subscription_id order by sequence) as place
        from delivery d where ${UNNUMBERED}) n
      where n.id = d.id and t.subscription_id = d.subscription_id`);
    this.addSql(RAISE_COUNTERS);
    this.addSql(`create unique index delivery_told on delivery (subscription_id, told) where told is not null`);
    this.addSql(`alter table delivery add constraint delivery_numbered
      check (kind <> 'NOTIFICATION' or message_sealed is null or told is not null)`);
  }
}

const UNNUMBERED = `d.kind = 'NOTIFICATION' and d.message_sealed is not null and d.told is null`;
const RAISE_COUNTERS = `insert into subscription_told as t (subscription_id, told)
  select subscription_id, max(told) from delivery where told is not null group by subscription_id
  on conflict (subscription_id) do update set told = greatest(t.told, excluded.told)`;
