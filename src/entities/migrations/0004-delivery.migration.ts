import { Migration } from '@mikro-orm/migrations';

/** What we owe partners: subscriptions, deliveries (one per message) and the attempts to bring them. */
export class Delivery0004 extends Migration {
  override up(): void {
    this.addSql(`
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
        ended_at timestamptz
      )`);
    this.addSql(`create unique index subscription_live on subscription (dedupe_key)
      where state in ('PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED')`);
    this.addSql(
      `create index subscription_match on subscription (registry, event_type) where state in ('ACTIVE', 'PAUSED', 'SUSPENDED')`,
    );
    this.addSql(`create index subscription_sender on subscription (sender_id, id)`);
    this.addSql(`create index subscription_expiry on subscription (expires_at) where ended_at is null`);
    this.addSql(`
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
        finished_at timestamptz
      )`);
    this.addSql(`create unique index delivery_once on delivery (event_id, subscription_id) where event_id is not null`);
    this.addSql(
      `create unique index delivery_page on delivery (request_id, action, page) where request_id is not null`,
    );
    this.addSql(`create index delivery_due on delivery (due_at) where state = 'PENDING'`);
    this.addSql(
      `create index delivery_order on delivery (subscription_id, record_id, version) where state = 'PENDING'`,
    );
    this.addSql(`create index delivery_subscription on delivery (subscription_id, sequence)`);
    this.addSql(`create index delivery_sender on delivery (sender_id, id)`);
    this.addSql(`create index delivery_state on delivery (state, id) where state <> 'DELIVERED'`);
    this.addSql(`
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
      ) partition by range (id)`);
    this.addSql(`create index delivery_attempt_delivery on delivery_attempt (delivery_id, id)`);
  }
}
