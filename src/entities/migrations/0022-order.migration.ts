import { Migration } from '@mikro-orm/migrations';

/** Order holds per record and receiver, across its subscriptions; what rests is found apart from what is due. */
export class Order0022 extends Migration {
  override up(): void {
    this.addSql(`create index delivery_subject on delivery (record_id, sender_id, version) where state = 'PENDING'`);
    this.addSql(`create index delivery_pending on delivery (subscription_id) where state = 'PENDING'`);
    this.addSql(`drop index delivery_order`);
    this.addSql(`create index delivery_resting on delivery (sender_id) where state = 'PENDING' and due_at is null`);
  }
}
