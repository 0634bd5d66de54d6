import { Migration } from '@mikro-orm/migrations';

/**
 * What is pending is found by expressions that no other index serves: statistics that were made while nothing was pending
 * let any partial index look as good as the right one, and a claim then reads all that is pending for every row.
 */
export class DeliveryLanes0056 extends Migration {
  override up(): void {
    this.addSql(`create function delivery_lane(state text, host text, sender_id text, target text) returns text
      language sql immutable parallel safe as $$
        select case when state = 'PENDING' then host || ' ' || sender_id || ' ' || split_part(target, '?', 1) end $$`);
    this.addSql(`create index delivery_by_lane on delivery (delivery_lane(state, host, sender_id, target), due_at)
      where delivery_lane(state, host, sender_id, target) is not null`);
    this
      .addSql(`create index delivery_by_subject on delivery ((case when state = 'PENDING' then record_id end), version)
      where (case when state = 'PENDING' then record_id end) is not null`);
    this.addSql(`create index delivery_asked on delivery ((case when state = 'PENDING' and by_hand then due_at end))
      where (case when state = 'PENDING' and by_hand then due_at end) is not null`);
    this.addSql('drop index delivery_endpoint, delivery_subject, delivery_by_hand');
  }
}
