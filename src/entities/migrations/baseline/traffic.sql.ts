/** What passes: changes for live readers, requests counted by the minute, and what callers spent of their quota. */
export const TRAFFIC = `
  create sequence outbox_seq;
  create table outbox_event (
    id uuid not null,
    xid xid8 not null default pg_current_xact_id(),
    seq bigint not null default nextval('outbox_seq'),
    topic text not null,
    subject uuid not null,
    detail jsonb not null default '{}',
    created_at timestamptz not null default now(),
    primary key (id)
  ) partition by range (id);
  create index outbox_event_tail on outbox_event (xid, seq);

  -- One column per latency bucket (upper bound in milliseconds): sums over any grouping need no unnesting.
  create table traffic_minute (
    minute timestamptz not null,
    kind text not null check (kind in ('REQUEST', 'DELIVERY')),
    registry text not null,
    operation text not null,
    sender_id text not null,
    total bigint not null,
    failed bigint not null,
    le_1 bigint not null,
    le_2 bigint not null,
    le_5 bigint not null,
    le_10 bigint not null,
    le_20 bigint not null,
    le_50 bigint not null,
    le_100 bigint not null,
    le_200 bigint not null,
    le_500 bigint not null,
    le_1000 bigint not null,
    le_2000 bigint not null,
    le_5000 bigint not null,
    le_10000 bigint not null,
    le_30000 bigint not null,
    le_inf bigint not null,
    primary key (minute, kind, registry, operation, sender_id)
  );

  -- Unlogged: a crash of the server may forget what was spent of a minute.
  create unlogged table spent_quota (
    key varchar(255) primary key,
    points integer not null default 0,
    expire bigint
  );
  create index spent_quota_age on spent_quota (expire);
`;
