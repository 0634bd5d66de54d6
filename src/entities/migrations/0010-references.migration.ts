import { Migration } from '@mikro-orm/migrations';

/**
 * The ids of a message's items, by which its sender may ask for its status. Without an index: one over them would slow
 * the write that every request waits for, and the question looks at the sender's newest transactions only.
 */
export class References0010 extends Migration {
  override up(): void {
    this.addSql(`alter table transaction add column reference_ids text[] not null default '{}'`);
  }
}
