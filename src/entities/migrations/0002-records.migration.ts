import { Migration } from '@mikro-orm/migrations';

/** What we hold: records with their identifiers, the sealed versions that events made, and those events. */
export class Records0002 extends Migration {
  override up(): void {
    this.addSql(`
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
      )`);
    this.addSql(`create unique index registry_record_external
      on registry_record (registry, record_type, external_id) where external_id is not null and deleted_at is null`);
    this.addSql(
      `create index registry_record_list on registry_record (registry, record_type, id) where deleted_at is null`,
    );
    this.addSql(`create index registry_record_data on registry_record using gin (data jsonb_path_ops)`);
    this.addSql(`
      create table record_identifier (
        record_id uuid not null references registry_record (id),
        registry text not null,
        record_type text not null,
        type text not null,
        value text not null,
        primary key (record_id, type, value)
      )`);
    this.addSql(`create index record_identifier_lookup on record_identifier (registry, type, value)`);
    this.addSql(`
      create table record_version (
        record_id uuid not null,
        version bigint not null,
        data_key_id uuid not null,
        data_sealed bytea not null,
        created_at timestamptz not null default now(),
        primary key (record_id, version)
      )`);
    this.addSql(`
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
      ) partition by range (id)`);
    this.addSql(`create index registry_event_waiting on registry_event (id) where fanned_out_at is null`);
    this.addSql(
      `create index registry_event_subject on registry_event (record_id, version) where fanned_out_at is null`,
    );
    this.addSql(`create index registry_event_type on registry_event (registry, event_type, id)`);
  }
}
