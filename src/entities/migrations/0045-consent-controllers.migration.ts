import { Migration } from '@mikro-orm/migrations';

/** Who may sign consents in messages, and which of theirs were shown: the same one again is the same, another is a replay. */
export class ConsentControllers0045 extends Migration {
  override up(): void {
    this.addSql(`
      create table consent_controller (
        id uuid primary key,
        name text not null,
        issuer text not null unique,
        jwks_url text,
        jwks jsonb not null,
        jwks_fetched_at timestamptz not null,
        registries text[] not null,
        created_by text not null,
        created_at timestamptz not null,
        revoked_at timestamptz,
        revoked_by text
      )`);
    this.addSql(`
      create table shown_consent (
        controller_id uuid not null references consent_controller (id),
        jti text not null,
        digest bytea not null,
        shown_at timestamptz not null,
        primary key (controller_id, jti)
      )`);
  }
}
