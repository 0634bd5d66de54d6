import { Migration } from '@mikro-orm/migrations';

/** What retention looks for by age. */
export class Retention0018 extends Migration {
  override up(): void {
    this.addSql(`create index record_version_age on record_version using brin (created_at)`);
    this.addSql(`create index data_key_held on data_key (owner, month) where legal_hold`);
  }
}
