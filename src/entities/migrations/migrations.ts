import { Senders0001 } from './0001-senders.migration.js';
import { Records0002 } from './0002-records.migration.js';
import { Transactions0003 } from './0003-transactions.migration.js';
import { Delivery0004 } from './0004-delivery.migration.js';

/** In order of running; a migration that has run anywhere is never changed, a new one is added. */
export const MIGRATIONS = [Senders0001, Records0002, Transactions0003, Delivery0004].map((migration) => ({
  name: migration.name,
  class: migration,
}));
