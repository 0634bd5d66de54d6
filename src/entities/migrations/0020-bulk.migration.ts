import { Migration } from '@mikro-orm/migrations';

/** Rows of uploaded files until they are worked on, sealed, so many to a chunk. */
export class Bulk0020 extends Migration {
  override up(): void {
    this.addSql(`
      create table bulk_chunk (
        upload_id uuid not null,
        sequence integer not null,
        data_key_id uuid not null,
        rows_sealed bytea not null,
        created_at timestamptz not null default now(),
        primary key (upload_id, sequence)
      )`);
    this.addSql(`create index bulk_chunk_age on bulk_chunk (created_at)`);
  }
}
