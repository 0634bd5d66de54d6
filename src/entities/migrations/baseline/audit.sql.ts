/** What can be proven: entries and seals that can only grow, what administrators did, and the keys of what is sealed. */
export const AUDIT = `
  create table gateway_state (key text primary key, value jsonb not null);
  insert into gateway_state values
    ('epoch', to_jsonb(gen_random_uuid())), ('xid_offset', '0'), ('disclosures', '{"xid": "0", "seq": "0"}');

  -- Commit order that goes on after a dump was restored into a cluster whose own counter is lower.
  create function commit_number(counter xid8) returns xid8 language sql stable as $$
    select (counter::text::numeric + (select value::text::numeric from gateway_state where key = 'xid_offset'))::text::xid8
  $$;

  create table audit_entry (
    id uuid not null,
    xid xid8 not null default commit_number(pg_current_xact_id()),
    kind text not null,
    subject uuid not null,
    transition text not null,
    actor text not null,
    at timestamptz not null,
    content_hash bytea not null,
    entry_hash bytea not null,
    primary key (id)
  ) partition by range (id);
  create index audit_entry_order on audit_entry (xid, id);
  create index audit_entry_subject on audit_entry (subject);

  create table audit_seal (
    id uuid primary key,
    sequence bigint not null unique,
    from_xid xid8 not null,
    until_xid xid8 not null,
    entry_count integer not null,
    merkle_root bytea not null,
    previous_hash bytea not null,
    seal_hash bytea not null,
    signature text not null,
    kid text not null,
    sealed_at timestamptz not null,
    -- Id (16 bytes) and entry hash (32) of each sealed entry in order: names the row that is missing or was moved.
    leaves bytea not null default ''
  );
  create unique index audit_seal_until on audit_seal (until_xid);

  create table admin_action (
    id uuid primary key,
    actor text not null,
    role text not null,
    action text not null,
    target_type text not null,
    target_id text not null,
    reason text,
    before jsonb,
    after jsonb,
    at timestamptz not null default now()
  );
  create index admin_action_target on admin_action (target_type, target_id, id);
  create index admin_action_actor on admin_action (actor, id);
  create index admin_action_name on admin_action (action, id);

  create table revoked_admin (
    subject text primary key,
    revoked_at timestamptz not null,
    revoked_by text not null
  );

  create table data_key (
    id uuid primary key,
    owner text not null,
    month date not null,
    wrapped bytea,
    legal_hold boolean not null default false,
    created_at timestamptz not null default now(),
    shredded_at timestamptz,
    unique (owner, month)
  );
  create index data_key_held on data_key (owner, month) where legal_hold;

  create function refuse_change() returns trigger language plpgsql as $$
  begin
    raise exception 'rows of % are never changed or removed', tg_table_name using errcode = 'insufficient_privilege';
  end $$;
  create trigger audit_entry_append_only before update or delete on audit_entry for each row execute function refuse_change();
  create trigger audit_entry_no_truncate before truncate on audit_entry for each statement execute function refuse_change();
  create trigger audit_seal_append_only before update or delete on audit_seal for each row execute function refuse_change();
  create trigger audit_seal_no_truncate before truncate on audit_seal for each statement execute function refuse_change();
  create trigger admin_action_append_only before update or delete on admin_action for each row execute function refuse_change();
  create trigger admin_action_no_truncate before truncate on admin_action for each statement execute function refuse_change();
`;
