import { Migration } from '@mikro-orm/migrations';

/** Files that administrators import: what was said of each, how far it is, and its bytes until they are read. */
export class FileImports0085 extends Migration {
  override up(): void {
    this.addSql(`
      create table file_import (
        id uuid primary key,
        state text not null,
        form jsonb,
        bytes bigint not null default 0,
        bytes_read bigint not null default 0,
        line bigint not null default 0,
        rows bigint not null default 0,
        inserted bigint not null default 0,
        updated bigint not null default 0,
        unchanged bigint not null default 0,
        refused bigint not null default 0,
        problems jsonb not null default '[]',
        fault text,
        created_by text not null,
        created_at timestamptz not null,
        started_by text,
        started_role text,
        started_at timestamptz,
        ended_at timestamptz,
        touched_at timestamptz not null,
        due_at timestamptz not null,
        claimed_by uuid,
        claimed_until timestamptz
      )`);
    this.addSql(`create index file_import_due on file_import (due_at) where state = 'RUNNING'`);
    this.addSql(`
      create table file_import_part (
        import_id uuid not null references file_import (id) on delete cascade,
        kind text not null,
        start bigint not null,
        length int not null,
        data_key_id uuid not null,
        sealed bytea not null,
        primary key (import_id, kind, start)
      )`);
  }
}
