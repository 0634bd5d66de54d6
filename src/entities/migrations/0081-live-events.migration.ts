import { Migration } from '@mikro-orm/migrations';

/** Of a record of a live source: how many values some of its paths have, by which its next event is named. */
export class LiveEvents0081 extends Migration {
  override up(): void {
    this.addSql(`alter table source_row add column counts jsonb not null default '{}'`);
  }
}
