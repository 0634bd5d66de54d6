/** What we hold: records with their identifiers, the sealed versions that events made, and those events. */
export const RECORDS = `
  create table registry_record (
    id uuid primary key,
    registry text not null,
    record_type text not null,
    external_id text,
    version bigint not null default 1,
    data jsonb not null,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    deleted_at timestamptz
  );
  create unique index registry_record_external
    on registry_record (registry, record_type, external_id) where external_id is not null and deleted_at is null;
  create index registry_record_list on registry_record (registry, record_type, id) where deleted_at is null;
  create index registry_record_order on registry_record (registry, id) where deleted_at is null;
  create index registry_record_data on registry_record using gin (data jsonb_path_ops);

  -- Every day that a record holds anywhere; the index on \`data\` finds whole values, and a day may stand in a date-time.
  create function record_days(data jsonb) returns text[] language sql immutable strict parallel safe as $$
    select array(select found[1] from regexp_matches(data::text, '"([0-9]{4}-[0-9]{2}-[0-9]{2})', 'g') as found)
  $$;
  create index registry_record_days on registry_record using gin (record_days(data));

  create table record_identifier (
    record_id uuid not null references registry_record (id),
    registry text not null,
    record_type text not null,
    type text not null,
    value text not null,
    primary key (record_id, type, value)
  );
  create index record_identifier_lookup on record_identifier (registry, type, value);

  create table record_version (
    record_id uuid not null,
    version bigint not null,
    data_key_id uuid not null,
    data_sealed bytea not null,
    created_at timestamptz not null default now(),
    primary key (record_id, version)
  );
  -- Retention looks for what is old.
  create index record_version_age on record_version using brin (created_at);

  create table registry_event (
    id uuid not null,
    registry text not null,
    record_type text not null,
    event_type text not null,
    record_id uuid not null,
    version bigint not null,
    identifiers jsonb not null,
    created_at timestamptz not null default now(),
    fanned_out_at timestamptz,
    claimed_by uuid,
    claimed_until timestamptz,
    primary key (id)
  ) partition by range (id);
  create index registry_event_waiting on registry_event (id) where fanned_out_at is null;
  create index registry_event_subject on registry_event (record_id, version) where fanned_out_at is null;
  create index registry_event_type on registry_event (registry, event_type, id);
`;
