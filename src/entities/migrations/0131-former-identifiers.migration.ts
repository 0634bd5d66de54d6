import { Migration } from '@mikro-orm/migrations';

/** Numbers that a correction took from a record: an access report that is asked for by one still finds what was told then. */
export class FormerIdentifiers0131 extends Migration {
  override up(): void {
    this.addSql(`create table former_identifier (
      registry text not null,
      type text not null,
      value text not null,
      record_id uuid not null references registry_record (id) on delete cascade,
      record_type text not null,
      primary key (registry, type, value, record_id)
    )`);
    this.addSql('create index former_identifier_record on former_identifier (record_id)');
  }
}
