/** What we owe partners: subscriptions, deliveries (one per message) and the attempts to bring them. */
export const DELIVERIES = `
  create table subscription (
    id uuid primary key,
    code text not null unique,
    sender_id text not null,
    registry text not null,
    event_type text not null,
    event_type_as_sent text not null,
    record_type text not null,
    record_type_as_sent text,
    query_type text,
    filter jsonb,
    criteria jsonb,
    frequency jsonb,
    channel text not null default 'STANDARD' check (channel in ('STANDARD', 'SHORT')),
    target text not null,
    dedupe_key text not null,
    state text not null check (state in ('PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED', 'EXPIRED', 'CANCELLED')),
    state_reason text,
    transaction_id text not null,
    reference_id text not null,
    request_id uuid,
    locale text,
    authorize jsonb,
    sequence bigint not null default 0,
    failing_since timestamptz,
    expires_at timestamptz,
    approved_by text,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    ended_at timestamptz,
    -- Since when it is told of events: by the database's clock, as the events it is compared with.
    active_since timestamptz,
    -- Where decisions about it go.
    reply_uri text
  );
  create unique index subscription_live on subscription (dedupe_key)
    where state in ('PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED');
  create index subscription_match on subscription (registry, event_type)
    where state in ('ACTIVE', 'PAUSED', 'SUSPENDED');
  create index subscription_sender on subscription (sender_id, id);
  create index subscription_expiry on subscription (expires_at) where ended_at is null;

  -- Notifications are numbered for the subscriber when they are first sent: a number of one that was never sent would tell
  -- that something happened to a person whom it has no right to be told of.
  create table subscription_told (
    subscription_id uuid primary key references subscription (id),
    told bigint not null
  );

  create table delivery (
    id uuid primary key,
    kind text not null check (kind in ('CALLBACK', 'NOTIFICATION')),
    action text not null,
    sender_id text not null,
    registry text not null,
    request_id uuid,
    page integer,
    subscription_id uuid references subscription (id),
    event_id uuid,
    record_id uuid,
    version bigint,
    sequence bigint,
    target text not null,
    host text not null,
    message_id text not null unique,
    state text not null check (state in ('PENDING', 'DELIVERED', 'FAILED', 'CANCELLED')),
    state_reason text,
    attempts integer not null default 0,
    due_at timestamptz,
    claimed_by uuid,
    claimed_until timestamptz,
    data_key_id uuid,
    message_sealed bytea,
    access_decision jsonb,
    first_failed_at timestamptz,
    receipt_at timestamptz,
    receipt_status text,
    created_at timestamptz not null default now(),
    finished_at timestamptz,
    operation text,
    consent_ids uuid[],
    -- The number of a notification in its subscription.
    told bigint
  );
  create unique index delivery_once on delivery (event_id, subscription_id) where event_id is not null;
  create unique index delivery_page on delivery (request_id, action, page) where request_id is not null;
  create index delivery_due on delivery (due_at) where state = 'PENDING';
  create index delivery_host on delivery (host, due_at) where state = 'PENDING';
  create index delivery_pending on delivery (subscription_id) where state = 'PENDING';
  -- Order holds per record and receiver, across its subscriptions.
  create index delivery_subject on delivery (record_id, sender_id, version) where state = 'PENDING';
  -- What waits for its receiver is found apart from what is due.
  create index delivery_resting on delivery (sender_id) where state = 'PENDING' and due_at is null;
  -- What keeps a record version.
  create index delivery_version on delivery (record_id, version) where state in ('PENDING', 'FAILED');
  create index delivery_record on delivery (record_id) where record_id is not null;
  create index delivery_subscription on delivery (subscription_id, sequence);
  create index delivery_sender on delivery (sender_id, id);
  create index delivery_registry on delivery (registry, id);
  -- As with transactions: the common values are found quickly by walking the primary key.
  create index delivery_state on delivery (state, id) where state <> 'DELIVERED';
  create index delivery_action on delivery (action, id) where action not in ('on-search', 'notify');

  create table delivery_attempt (
    id uuid not null,
    delivery_id uuid not null,
    at timestamptz not null,
    address text,
    outcome text not null,
    status integer,
    latency_ms real,
    error text,
    response_excerpt text,
    primary key (id)
  ) partition by range (id);
  create index delivery_attempt_delivery on delivery_attempt (delivery_id, id);
`;
