import { Migration } from '@mikro-orm/migrations';

/**
 * Of records that a live source keeps, the database sees no number come or go: by source and record type it is written down
 * whose a consent is, once the source was asked.
 */
export class ConsentsAtLiveSources0199 extends Migration {
  override up(): void {
    for (const table of ['consent', 'shown_consent'])
      this.addSql(`alter table ${table} add column given_for_live jsonb not null default '{}'`);
  }
}
