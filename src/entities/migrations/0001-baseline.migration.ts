import { Migration } from '@mikro-orm/migrations';
import { AGREEMENTS } from './baseline/agreements.sql.js';
import { AUDIT } from './baseline/audit.sql.js';
import { DELIVERIES } from './baseline/deliveries.sql.js';
import { RECORDS } from './baseline/records.sql.js';
import { SENDERS } from './baseline/senders.sql.js';
import { TRAFFIC } from './baseline/traffic.sql.js';
import { TRANSACTIONS } from './baseline/transactions.sql.js';

/** The schema from which the later migrations go on, table by table in `baseline/`. */
export class Baseline0001 extends Migration {
  override up(): void {
    for (const tables of [SENDERS, AGREEMENTS, RECORDS, TRANSACTIONS, AUDIT, DELIVERIES, TRAFFIC]) this.addSql(tables);
  }
}
