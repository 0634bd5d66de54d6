/** What senders may ask: agreements with their versions, and the consents of persons. */
export const AGREEMENTS = `
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
  );
  create index agreement_sender on agreement (sender_id, registry);
  create index agreement_until on agreement (valid_until) where state = 'ACTIVE';

  create table agreement_version (
    id uuid primary key,
    agreement_id uuid not null references agreement (id),
    version integer not null,
    terms jsonb not null,
    author text not null,
    created_at timestamptz not null default now(),
    unique (agreement_id, version)
  );

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
  );
  create index consent_subject on consent (registry, identifier_type, identifier_value);
  -- Lists show revoked consents too.
  create index consent_sender on consent (sender_id, id) where sender_id is not null;
  create index consent_kind on consent (organization_kind, id) where organization_kind is not null;
`;
