import { Migration } from '@mikro-orm/migrations';

/**
 * A number that was taken from a record is of use as long as what was told under it is kept, so it has its day. Those that
 * went before the table was there are read from the events that are still kept, by the job `fill-columns`: here stands
 * behind which of them it goes on.
 */
export class FormerIdentifiersBefore0160 extends Migration {
  override up(): void {
    this.addSql('alter table former_identifier add column ended_at timestamptz not null default now()');
    this.addSql(
      `insert into gateway_state (key, value) values ('former_identifiers', '"00000000-0000-0000-0000-000000000000"')`,
    );
  }
}
