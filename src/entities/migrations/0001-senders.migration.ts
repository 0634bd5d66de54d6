import { Migration } from '@mikro-orm/migrations';

/** Who may ask: senders with their keys, agreements and consents, and the keys of this server. */
export class Senders0001 extends Migration {
  override up(): void {
    this.addSql(`
      create table sender (
        id uuid primary key,
        sender_id text not null unique check (sender_id ~ '^[A-Za-z0-9._-]{1,99}$'),
        name text not null,
        state text not null default 'ACTIVE' check (state in ('PENDING', 'ACTIVE', 'SUSPENDED')),
        suspended_reason text,
        organization_kind text,
        allowed_operations text[] not null,
        registries text[] not null,
        callback_hosts text[] not null default '{}',
        notify_uri text,
        jwks_url text,
        jwks_fetched_at timestamptz,
        signature_profile text not null default 'DCI' check (signature_profile in ('DCI', 'JWS', 'OPENSPP', 'HTTP')),
        signature_policy text not null default 'REQUIRED' check (signature_policy in ('REQUIRED', 'OPTIONAL')),
        sandbox boolean not null default false,
        auto_approve_subscriptions boolean not null default false,
        rate_limit_per_minute integer not null default 600 check (rate_limit_per_minute >= 0),
        rate_limit_per_day integer check (rate_limit_per_day >= 0),
        encrypt_replies boolean not null default false,
        records_as text not null default 'ARRAY' check (records_as in ('ARRAY', 'OBJECT')),
        suppress_counts_below integer not null default 0,
        legal_basis text,
        notes text,
        client_id text not null unique,
        client_secret_hash text not null,
        created_by text not null,
        approved_by text,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        check (signature_policy = 'REQUIRED' or sandbox)
      )`);
    this.addSql(`
      create table sender_key (
        id uuid primary key,
        sender_id uuid not null references sender (id),
        kid text not null,
        use text not null default 'SIG' check (use in ('SIG', 'ENC')),
        algorithm text not null,
        public_jwk jsonb not null,
        fingerprint text not null,
        origin text not null default 'REGISTERED' check (origin in ('REGISTERED', 'JWKS')),
        created_at timestamptz not null default now(),
        revoked_at timestamptz,
        unique (sender_id, kid)
      )`);
    this.addSql(`
      create table server_key (
        id uuid primary key,
        kid text not null unique,
        use text not null default 'SIG' check (use in ('SIG', 'ENC')),
        algorithm text not null,
        state text not null check (state in ('NEXT', 'ACTIVE', 'RETIRED', 'REVOKED')),
        public_jwk jsonb not null,
        private_sealed bytea,
        created_at timestamptz not null default now(),
        activated_at timestamptz,
        retired_at timestamptz,
        revoked_at timestamptz
      )`);
    this.addSql(`create unique index server_key_active on server_key (use) where state = 'ACTIVE'`);
    this.addSql(`
      create table agreement (
        id uuid primary key,
        sender_id uuid not null references sender (id),
        registry text not null,
        operations text[] not null,
        record_types text[],
        fields text[] not null,
        searchable_attributes text[],
        purposes text[],
        legal_basis text not null,
        requires_consent boolean not null default false,
        row_filter jsonb,
        valid_from timestamptz not null,
        valid_until timestamptz,
        state text not null default 'ACTIVE' check (state in ('PENDING', 'ACTIVE', 'ENDED')),
        version integer not null default 1,
        created_by text not null,
        approved_by text,
        created_at timestamptz not null default now(),
        updated_at timestamptz not null default now(),
        ended_at timestamptz
      )`);
    this.addSql(`create index agreement_sender on agreement (sender_id, registry)`);
    this.addSql(`
      create table agreement_version (
        id uuid primary key,
        agreement_id uuid not null references agreement (id),
        version integer not null,
        terms jsonb not null,
        author text not null,
        created_at timestamptz not null default now(),
        unique (agreement_id, version)
      )`);
    this.addSql(`
      create table consent (
        id uuid primary key,
        registry text not null,
        identifier_type text not null,
        identifier_value text not null,
        sender_id text,
        organization_kind text,
        purposes text[],
        fields text[] not null,
        valid_from timestamptz not null,
        valid_until timestamptz,
        evidence text,
        granted_by text not null,
        created_at timestamptz not null default now(),
        revoked_at timestamptz,
        revoked_by text,
        check (sender_id is not null or organization_kind is not null)
      )`);
    this.addSql(`create index consent_subject on consent (registry, identifier_type, identifier_value)`);
  }
}
