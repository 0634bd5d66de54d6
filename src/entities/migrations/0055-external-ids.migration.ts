import { Migration } from '@mikro-orm/migrations';

/** External ids lead their index: no other is as good for one, even where the statistics know nothing of a table. */
export class ExternalIds0055 extends Migration {
  override up(): void {
    this.addSql('drop index registry_record_external');
    this.addSql(`create unique index registry_record_external on registry_record (external_id, registry, record_type)
      where external_id is not null and deleted_at is null`);
  }
}
