import { Migration } from '@mikro-orm/migrations';

/** Of live sources no data is kept: the key by which a record is asked for again, and how many versions of it were told. */
export class LiveSources0061 extends Migration {
  override up(): void {
    this.addSql(`alter table source_row add column key jsonb, add column version bigint not null default 0`);
  }
}
