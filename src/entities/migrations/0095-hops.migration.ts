import { Migration } from '@mikro-orm/migrations';

/** Work that is left for later belongs to the request that left it: its id, and its place in a trace. */
export class Hops0095 extends Migration {
  override up(): void {
    this.addSql('alter table accepted_request add column hop jsonb');
    this.addSql('alter table delivery add column hop jsonb');
  }
}
