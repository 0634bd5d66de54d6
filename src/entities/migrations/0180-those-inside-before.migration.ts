import { Migration } from '@mikro-orm/migrations';

/** Former identifiers of persons inside a record too, and which deleted records still have their document. */
export class ThoseInsideBefore0180 extends Migration {
  override up(): void {
    this.addSql('alter table former_identifier add column inside boolean not null default false');
    this.addSql(
      `create index registry_record_deleted on registry_record (deleted_at) where deleted_at is not null and data <> '{}'`,
    );
  }
}
