import { Migration } from '@mikro-orm/migrations';

/**
 * Notifications are numbered for the subscriber when they are first sent: a number of one that was never sent would tell
 * that something happened to a person whom it has no right to be told of.
 */
export class Told0023 extends Migration {
  override up(): void {
    this.addSql(`
      create table subscription_told (
        subscription_id uuid primary key references subscription (id),
        told bigint not null
      )`);
    this.addSql(`insert into subscription_told select id, sequence from subscription where sequence > 0`);
    this.addSql(`alter table delivery add column told bigint`);
    this.addSql(`update delivery set told = sequence where kind = 'NOTIFICATION' and message_sealed is not null`);
  }
}
