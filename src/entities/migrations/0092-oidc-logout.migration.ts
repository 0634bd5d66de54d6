import { Migration } from '@mikro-orm/migrations';

/** What an OpenID Connect issuer told us of sessions that ended there, each told once. */
export class OidcLogout0092 extends Migration {
  override up(): void {
    this.addSql('create table ended_oidc_session (sid text primary key, ended_at timestamptz not null)');
    this.addSql('create table seen_logout_token (jti text primary key, seen_at timestamptz not null)');
  }
}
