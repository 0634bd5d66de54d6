import { Migration } from '@mikro-orm/migrations';

/** What a stored answer rests on beside its agreements, so that it can be judged again before it leaves; null = not known. */
export class Grounds0021 extends Migration {
  override up(): void {
    this.addSql(`alter table transaction add column consent_ids uuid[]`);
    this.addSql(`alter table delivery add column operation text, add column consent_ids uuid[]`);
    this.addSql(`
      update delivery d set operation = t.operation, access_decision = t.access_decision
      from transaction t where t.id = d.request_id and d.kind = 'CALLBACK' and d.state in ('PENDING', 'FAILED')`);
  }
}
