import { Migration } from '@mikro-orm/migrations';

const APPEND_ONLY = ['audit_entry', 'audit_seal', 'admin_action'];

/** An audit that can only grow, seals that name what they cover, and administrators whose tokens were called back. */
export class Trust0008 extends Migration {
  override up(): void {
    // Id (16 bytes) and entry hash (32) of each sealed entry in order: names the row that is missing or was moved.
    this.addSql(`alter table audit_seal add column leaves bytea not null default ''`);
    this.addSql(`create unique index audit_seal_until on audit_seal (until_xid)`);
    this.addSql(`create index admin_action_actor on admin_action (actor, id)`);
    this.addSql(`
      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception 'rows of % are never changed or removed', tg_table_name using errcode = 'insufficient_privilege';
      end $$`);
    for (const table of APPEND_ONLY) {
      this.addSql(`create trigger ${table}_append_only before update or delete on ${table}
        for each row execute function refuse_change()`);
      this.addSql(`create trigger ${table}_no_truncate before truncate on ${table}
        for each statement execute function refuse_change()`);
    }
    // Commit order that goes on after a dump was restored into a cluster whose own counter is lower.
    this.addSql(`insert into gateway_state values ('xid_offset', '0')`);
    this.addSql(`
      create function commit_number(counter xid8) returns xid8 language sql stable as $$
        select (counter::text::numeric + (select value::text::numeric from gateway_state where key = 'xid_offset'))::text::xid8
      $$`);
    this.addSql(`alter table audit_entry alter column xid set default commit_number(pg_current_xact_id())`);
    this.addSql(`
      create table revoked_admin (
        subject text primary key,
        revoked_at timestamptz not null,
        revoked_by text not null
      )`);
  }
}
