import { Migration } from '@mikro-orm/migrations';

/** Accepted requests by sender, so that a claim can be fair; a process of an older version still writes them without one. */
export class RequestLanes0050 extends Migration {
  override up(): void {
    this.addSql(`alter table accepted_request add column sender_id text`);
    this.addSql(`
      update accepted_request a set sender_id = t.sender_id from transaction t where t.id = a.id`);
    this.addSql(`create index accepted_request_sender on accepted_request (sender_id, due_at)`);
    this.addSql(`
      create function set_sender_of_accepted_request() returns trigger language plpgsql as $$
      begin
        update accepted_request a set sender_id = t.sender_id from transaction t where a.id = new.id and t.id = new.id;
        return null;
      end $$`);
    this.addSql(`
      create trigger accepted_request_sender after insert on accepted_request
      for each row when (new.sender_id is null) execute function set_sender_of_accepted_request()`);
  }
}
