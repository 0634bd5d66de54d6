import { Migration } from '@mikro-orm/migrations';

/** What happened: transactions, the outbox of changes for live readers, the audit, and what guards against replay. */
export class Transactions0003 extends Migration {
  override up(): void {
    this.addSql(`
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
        primary key (id)
      ) partition by range (id)`);
    this.addSql(`create index transaction_sender on transaction (sender_id, id)`);
    this.addSql(`create index transaction_lookup on transaction (transaction_id, sender_id, id)`);
    this.addSql(`create index transaction_correlation on transaction (correlation_id)`);
    // Partial: the common values are found quickly by walking the primary key, and the hot path writes none of these.
    this.addSql(`create index transaction_status on transaction (status, id) where status <> 'SUCCEEDED'`);
    this.addSql(`create index transaction_operation on transaction (operation, id) where operation <> 'SEARCH'`);
    this.addSql(`create index transaction_registry on transaction (registry, id)`);
    this.addSql(`create index transaction_records on transaction using gin (record_ids) where record_ids <> '{}'`);
    this.addSql(`
      create table seen_message (
        sender_id text not null,
        message_id text not null,
        digest bytea not null,
        transaction_id uuid not null,
        received_at timestamptz not null,
        primary key (sender_id, message_id)
      )`);
    this.addSql(`create index seen_message_age on seen_message (received_at)`);
    this.addSql(`
      create table accepted_request (
        id uuid primary key,
        due_at timestamptz not null,
        attempts integer not null default 0,
        claimed_by uuid,
        claimed_until timestamptz,
        progress jsonb not null default '{}',
        last_error text
      )`);
    this.addSql(`create index accepted_request_due on accepted_request (due_at)`);
    this.addSql(`create sequence outbox_seq`);
    this.addSql(`
      create table outbox_event (
        id uuid not null,
        xid xid8 not null default pg_current_xact_id(),
        seq bigint not null default nextval('outbox_seq'),
        topic text not null,
        subject uuid not null,
        detail jsonb not null default '{}',
        created_at timestamptz not null default now(),
        primary key (id)
      ) partition by range (id)`);
    this.addSql(`create index outbox_event_tail on outbox_event (xid, seq)`);
    this.addSql(`
      create table audit_entry (
        id uuid not null,
        xid xid8 not null default pg_current_xact_id(),
        kind text not null,
        subject uuid not null,
        transition text not null,
        actor text not null,
        at timestamptz not null,
        content_hash bytea not null,
        entry_hash bytea not null,
        primary key (id)
      ) partition by range (id)`);
    this.addSql(`create index audit_entry_order on audit_entry (xid, id)`);
    this.addSql(`create index audit_entry_subject on audit_entry (subject)`);
    this.addSql(`
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
        sealed_at timestamptz not null
      )`);
    this.addSql(`
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
      )`);
    this.addSql(`create index admin_action_target on admin_action (target_type, target_id, id)`);
    this.addSql(`
      create table data_key (
        id uuid primary key,
        owner text not null,
        month date not null,
        wrapped bytea,
        legal_hold boolean not null default false,
        created_at timestamptz not null default now(),
        shredded_at timestamptz,
        unique (owner, month)
      )`);
    this.addSql(`create table gateway_state (key text primary key, value jsonb not null)`);
    this.addSql(`insert into gateway_state values ('epoch', to_jsonb(gen_random_uuid()))`);
  }
}
