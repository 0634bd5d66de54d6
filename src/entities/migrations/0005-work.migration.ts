import { Migration } from '@mikro-orm/migrations';

/** What delivery needs to be fair to every host, and how we show who we are to a receiver that asks. */
export class Work0005 extends Migration {
  override up(): void {
    this.addSql(`create index delivery_host on delivery (host, due_at) where state = 'PENDING'`);
    this.addSql(`create index accepted_request_claim on accepted_request (claimed_until)`);
    this.addSql(`
      create table sender_outbound (
        sender_id uuid primary key references sender (id),
        token_url text,
        client_id text,
        client_secret_sealed bytea,
        scope text,
        tls_certificate text,
        tls_key_sealed bytea,
        tls_authority text,
        updated_at timestamptz not null default now(),
        check ((token_url is null) = (client_id is null)),
        check ((client_id is null) = (client_secret_sealed is null)),
        check ((tls_certificate is null) = (tls_key_sealed is null))
      )`);
  }
}
