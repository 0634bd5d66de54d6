import { Migration } from '@mikro-orm/migrations';

/** Subscriptions of ours at other DCI servers, by which those tell us of changes. */
export class SourceSubscriptions0082 extends Migration {
  override up(): void {
    this.addSql(`
      create table source_subscription (
        source text not null references source (name) on delete cascade,
        registry text not null,
        record_type text not null,
        event_type text not null,
        sender_id text not null,
        transaction_id text not null unique,
        granted_as text,
        asked_at timestamptz not null,
        answered_at timestamptz,
        codes text[] not null default '{}',
        primary key (source, registry, record_type, event_type)
      )`);
  }
}
