import { Migration } from '@mikro-orm/migrations';

/** A change belongs to the request that made it, and so does what subscribers are told of it. */
export class EventHop0102 extends Migration {
  override up(): void {
    this.addSql('alter table registry_event add column hop jsonb');
  }
}
