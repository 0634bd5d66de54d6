import { Migration } from '@mikro-orm/migrations';

/** Receivers that ask for a text which their operator chose, and have no token endpoint. */
export class StaticBearer0068 extends Migration {
  override up(): void {
    this.addSql(`alter table sender_outbound add column bearer_sealed bytea`);
  }
}
