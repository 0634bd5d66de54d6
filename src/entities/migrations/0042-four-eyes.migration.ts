import { Migration } from '@mikro-orm/migrations';

/** Who proposed what waits for approval, and at which version. */
export class FourEyes0042 extends Migration {
  override up(): void {
    this.addSql(`alter table sender add column version integer not null default 1`);
    for (const table of ['sender', 'agreement']) {
      this.addSql(`alter table ${table} add column proposed_by text[] not null default '{}'`);
      this.addSql(`alter table ${table} add column proposed_version integer`);
      this.addSql(`
        update ${table} set proposed_by = array[created_by], proposed_version = version
        where state = 'PENDING' or state = 'SUSPENDED' and approved_by is null`);
    }
  }
}
