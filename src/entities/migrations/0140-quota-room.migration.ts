import { Migration } from '@mikro-orm/migrations';

/** Points of somebody who is counted again are written beside those before, on the same page, and no index is touched. */
export class QuotaRoom0140 extends Migration {
  override up(): void {
    this.addSql('alter table spent_quota set (fillfactor = 50)');
  }
}
