/** What was asked: transactions, what is still to be answered, and what guards against replay. */
export const TRANSACTIONS = `
  create table transaction (
    id uuid not null,
    sender_id text,
    message_id text,
    transaction_id text,
    correlation_id text not null,
    action text,
    channel text not null,
    operation text,
    registry text,
    status text not null,
    status_reason_code text,
    status_reason_message text,
    digest bytea,
    data_key_id uuid,
    request_sealed bytea,
    response_sealed bytea,
    content_hash bytea not null,
    access_decision jsonb,
    record_ids uuid[] not null default '{}',
    item_count integer not null default 0,
    items_done integer not null default 0,
    record_count integer not null default 0,
    received_at timestamptz not null,
    processed_at timestamptz,
    duration_ms real,
    error_id uuid,
    remote_address text,
    -- Without an index: one over them would slow the write that every request waits for, and the question for the status of
    -- an item looks at the sender's newest transactions only.
    reference_ids text[] not null default '{}',
    -- What a stored answer rests on beside its agreements, so that it can be judged again; null = not known.
    consent_ids uuid[],
    primary key (id)
  ) partition by range (id);
  create index transaction_sender on transaction (sender_id, id);
  create index transaction_lookup on transaction (transaction_id, sender_id, id);
  create index transaction_correlation on transaction (correlation_id);
  -- Partial: the common values are found quickly by walking the primary key, and the hot path writes none of these.
  create index transaction_status on transaction (status, id) where status <> 'SUCCEEDED';
  create index transaction_operation on transaction (operation, id) where operation <> 'SEARCH';
  create index transaction_registry on transaction (registry, id);

  -- Which transactions released a person's record. A GIN index on transaction.record_ids would answer it too, but took a third
  -- of the write that every search waits for; this table is filled behind the tail instead.
  create table disclosure (
    record_id uuid not null,
    transaction_id uuid not null,
    primary key (record_id, transaction_id)
  );

  create table accepted_request (
    id uuid primary key,
    due_at timestamptz not null,
    attempts integer not null default 0,
    claimed_by uuid,
    claimed_until timestamptz,
    progress jsonb not null default '{}',
    last_error text
  );
  create index accepted_request_due on accepted_request (due_at);
  create index accepted_request_claim on accepted_request (claimed_until);

  -- Rows of uploaded files until they are worked on, sealed, so many to a chunk.
  create table bulk_chunk (
    upload_id uuid not null,
    sequence integer not null,
    data_key_id uuid not null,
    rows_sealed bytea not null,
    created_at timestamptz not null default now(),
    primary key (upload_id, sequence)
  );
  create index bulk_chunk_age on bulk_chunk (created_at);

  create table seen_message (
    sender_id text not null,
    message_id text not null,
    digest bytea not null,
    transaction_id uuid not null,
    received_at timestamptz not null,
    primary key (sender_id, message_id)
  );
  create index seen_message_age on seen_message (received_at);

  create table used_assertion (
    client_id text not null,
    jti text not null,
    expires_at timestamptz not null,
    primary key (client_id, jti)
  );
  create index used_assertion_age on used_assertion (expires_at);
`;
