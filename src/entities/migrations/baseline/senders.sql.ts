/** Who may ask: senders with their keys and what they show to a receiver, and the keys of this server. */
export const SENDERS = `
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
    tls_thumbprints text[] not null default '{}',
    tls_subject text,
    check (signature_policy = 'REQUIRED' or sandbox)
  );
  create index sender_name on sender (name, id);

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
    -- Tells a key that its owner withdrew, and may publish again, from one that an administrator revoked for good.
    revoked_by text,
    unique (sender_id, kid)
  );

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
  );

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
  );
  create unique index server_key_active on server_key (use) where state = 'ACTIVE';
`;
