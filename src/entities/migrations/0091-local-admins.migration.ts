import { Migration } from '@mikro-orm/migrations';

/** Administrators that this gateway knows itself, where no OpenID Connect issuer does, and who is signed in. */
export class LocalAdmins0091 extends Migration {
  override up(): void {
    this.addSql(`
      create table admin_account (
        id uuid primary key,
        name text not null unique,
        role text not null,
        state text not null,
        password_hash text not null,
        password_due boolean not null,
        password_until timestamptz,
        totp_sealed bytea,
        totp_confirmed boolean not null default false,
        totp_step bigint not null default 0,
        recovery_codes text[] not null default '{}',
        version int not null default 1,
        proposed_by text[] not null default '{}',
        proposed_version int,
        created_by text not null,
        approved_by text,
        created_at timestamptz not null,
        signed_in_at timestamptz
      )`);
    this.addSql(`
      create table admin_session (
        token_hash bytea primary key,
        account_id uuid not null references admin_account (id),
        created_at timestamptz not null,
        expires_at timestamptz not null
      )`);
    this.addSql('create index admin_session_account on admin_session (account_id)');
  }
}
