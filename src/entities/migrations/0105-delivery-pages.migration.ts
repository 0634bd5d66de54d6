import { Migration } from '@mikro-orm/migrations';

/**
 * A delivery is written four times until it is brought. A message that makes its row longer than 2 kB stands beside it, or
 * each of those would write it anew (shorter ones PostgreSQL leaves in their rows), and a page keeps room for the next version
 * of its rows, which then needs no new entries in their indexes. For rows written from now on; nothing is rewritten, and only
 * the last step keeps others waiting, for a moment.
 */
export class DeliveryPages0105 extends Migration {
  override up(): void {
    this.addSql('alter table delivery set (fillfactor = 70, toast_tuple_target = 512)');
    // What is sealed cannot be compressed.
    this.addSql('alter table delivery alter column message_sealed set storage external');
  }
}
