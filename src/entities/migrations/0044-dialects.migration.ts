import { Migration } from '@mikro-orm/migrations';

/** Whose forms a sender speaks. Senders stored before keep their form of records. */
export class Dialects0044 extends Migration {
  override up(): void {
    this.addSql(`
      alter table sender
        add column dialect text not null default 'DCI'
          check (dialect in ('DCI', 'OPENSPP', 'OPENCRVS', 'OPENG2P', 'OPENIMIS')),
        add column jws_form text not null default 'DETACHED' check (jws_form in ('DETACHED', 'ATTACHED')),
        add column receiver_aliases text[] not null default '{}',
        drop constraint sender_records_as_check,
        add constraint sender_records_as_check check (records_as in ('STANDARD', 'ARRAY', 'OBJECT')),
        alter column records_as set default 'STANDARD'`);
  }
}
