import { Migration } from '@mikro-orm/migrations';

/** Who is calling and how often: consents found by sender, client certificates, used assertions, shared quotas. */
export class Callers0007 extends Migration {
  override up(): void {
    this.addSql(`create index consent_sender on consent (sender_id) where revoked_at is null`);
    this.addSql(`create index consent_kind on consent (organization_kind) where revoked_at is null`);
    this.addSql(
      `alter table sender add column tls_thumbprints text[] not null default '{}', add column tls_subject text`,
    );
    // Tells a key that its owner withdrew, and may publish again, from one that an administrator revoked for good.
    this.addSql(`alter table sender_key add column revoked_by text`);
    this.addSql(`
      create table used_assertion (
        client_id text not null,
        jti text not null,
        expires_at timestamptz not null,
        primary key (client_id, jti)
      )`);
    this.addSql(`create index used_assertion_age on used_assertion (expires_at)`);
    // Unlogged: a crash of the server may forget what was spent of a minute.
    this.addSql(`
      create unlogged table spent_quota (
        key varchar(255) primary key,
        points integer not null default 0,
        expire bigint
      )`);
    this.addSql(`create index spent_quota_age on spent_quota (expire)`);
    this.addSql(`create index delivery_record on delivery (record_id) where record_id is not null`);
  }
}
