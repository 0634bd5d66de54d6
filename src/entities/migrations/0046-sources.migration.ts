import { Migration } from '@mikro-orm/migrations';

/** Registries that others keep: what was applied, how far each is read, and what became of each of its rows. */
export class Sources0046 extends Migration {
  override up(): void {
    this.addSql(`
      create table source (
        name text primary key,
        id uuid not null unique,
        yaml text not null,
        kind text not null,
        mode text not null,
        state text not null,
        applied_at timestamptz not null,
        loaded_at timestamptz,
        generation bigint not null default 0,
        position jsonb,
        swept_at timestamptz,
        mark text,
        fresh_at timestamptz,
        accept_ended boolean not null default false,
        last_change_at timestamptz,
        last_error text,
        due_at timestamptz not null,
        claimed_by uuid,
        claimed_until timestamptz
      )`);
    this.addSql(`
      create table source_record_type (
        registry text not null,
        record_type text not null,
        source text not null references source (name) on delete cascade,
        primary key (registry, record_type)
      )`);
    this.addSql(`
      create table source_row (
        record_id uuid primary key,
        source text not null,
        entry text not null,
        state text not null,
        path text,
        reason text,
        digest text not null,
        generation bigint not null
      )`);
    this.addSql(`create index source_row_generation on source_row (source, generation)`);
    this.addSql(`alter table registry_record add column origin text not null default ''`);
  }
}
