import { Migration } from '@mikro-orm/migrations';

/**
 * Which transactions released a person's record. A GIN index on `transaction.record_ids` would answer it too, but took a
 * third of the write that every search waits for; this table is filled behind the tail instead.
 */
export class Disclosures0011 extends Migration {
  override up(): void {
    this.addSql(`drop index transaction_records`);
    this.addSql(`
      create table disclosure (
        record_id uuid not null,
        transaction_id uuid not null,
        primary key (record_id, transaction_id)
      )`);
    this.addSql(`insert into gateway_state values ('disclosures', '{"xid": "0", "seq": "0"}')`);
  }
}
