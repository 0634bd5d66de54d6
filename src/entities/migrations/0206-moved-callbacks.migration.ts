import { Migration } from '@mikro-orm/migrations';

/** Of a subscription of ours elsewhere: at which `PUBLIC_URL` it tells us, and the codes that are to be ended since others took their place. */
export class MovedCallbacks0206 extends Migration {
  override up(): void {
    this.addSql(
      `alter table source_subscription add column public_url text, add column former_codes text[] not null default '{}'`,
    );
  }
}
