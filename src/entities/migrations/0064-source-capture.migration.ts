import { Migration } from '@mikro-orm/migrations';

/** How each source is followed, and of each of its rows, which rows of other tables went into its record. */
export class SourceCapture0064 extends Migration {
  override up(): void {
    this.addSql(`alter table source add column capture jsonb not null default '{}'`);
    this.addSql(`alter table source_row add column children text[] not null default '{}'`);
    this.addSql(
      `create index source_row_children on source_row using gin (children) with (fastupdate = on) where children <> '{}'`,
    );
  }
}
