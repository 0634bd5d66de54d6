import { Migration } from '@mikro-orm/migrations';

/**
 * Events that wait to be told are found by expressions that no other index serves, as deliveries are (0056): with statistics
 * that were made while none waited, each batch of a hundred read and sorted all that waited. An older process beside this one
 * finds them more slowly.
 */
export class WaitingEvents0106 extends Migration {
  override up(): void {
    this.addSql(`create index registry_event_next on registry_event ((case when fanned_out_at is null then id end))
      where (case when fanned_out_at is null then id end) is not null`);
    this.addSql(`create index registry_event_before
      on registry_event ((case when fanned_out_at is null then record_id end), version)
      where (case when fanned_out_at is null then record_id end) is not null`);
    this.addSql('drop index registry_event_waiting, registry_event_subject');
  }
}
