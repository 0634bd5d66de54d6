import { Migration } from '@mikro-orm/migrations';

/** What an access report rests on: an index that only grows, and deliveries whose every fact the audit proves. */
export class Proofs0041 extends Migration {
  override up(): void {
    // What an index of earlier days may have missed, so that from now on what is missing was removed.
    this.addSql(`insert into disclosure (record_id, transaction_id)
      select distinct unnest(record_ids), id from transaction where record_ids <> '{}' on conflict do nothing`);
    this.addSql(`create index disclosure_transaction on disclosure (transaction_id, record_id)`);
    // A row goes with its transaction, and never before it.
    this.addSql(`
      create function refuse_disclosure_change() returns trigger language plpgsql as $$
      begin
        if tg_op = 'DELETE' and not exists (select 1 from transaction t where t.id = old.transaction_id) then
          return old;
        end if;
        raise exception 'rows of disclosure are not changed, nor removed before their transaction'
          using errcode = 'insufficient_privilege';
      end $$`);
    this.addSql(`create trigger disclosure_append_only before update or delete on disclosure
      for each row execute function refuse_disclosure_change()`);
    this.addSql(`create trigger disclosure_no_truncate before truncate on disclosure
      for each statement execute function refuse_change()`);
    // The hash of its message stays when the message is purged.
    this.addSql(`alter table delivery add column content_hash bytea`);
    this.addSql(`update delivery d set content_hash = (
        select e.content_hash from audit_entry e where e.subject = d.id order by e.xid desc, e.id desc limit 1)
      where state <> 'PENDING'`);
    // Entries until then, those of processes that are still to be replaced included, may prove the message alone.
    this.addSql(`insert into gateway_state select 'delivery_facts', to_jsonb(
        case when exists (select 1 from audit_entry) then now() + interval '1 day' else 'epoch' end)`);
  }
}
