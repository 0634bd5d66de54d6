import { Migration } from '@mikro-orm/migrations';

/** The events of one record are found without reading those of all. */
export class RecordHistory0089 extends Migration {
  override up(): void {
    this.addSql('create index registry_event_record on registry_event (record_id)');
  }
}
