import { Migration } from '@mikro-orm/migrations';

/** Receipts of consents, whose status their issuer tells, and consents in messages that were revoked here. */
export class ConsentReceipts0067 extends Migration {
  override up(): void {
    this.addSql(`alter table consent_controller add column receipt_status_url text, add column presenter text`);
    this.addSql(`
      create table revoked_consent (
        controller_id uuid not null references consent_controller (id),
        jti text not null,
        revoked_at timestamptz not null,
        revoked_by text not null,
        primary key (controller_id, jti)
      )`);
  }
}
