import { Migration } from '@mikro-orm/migrations';

/** One row that is written to find out whether rows can be. */
export class WriteCheck0036 extends Migration {
  override up(): void {
    this.addSql(`create table write_check (id integer primary key, filler bytea not null)`);
    this.addSql(`alter table write_check alter column filler set storage external`);
  }
}
