import { Senders0001 } from './0001-senders.migration.js';
import { Records0002 } from './0002-records.migration.js';
import { Transactions0003 } from './0003-transactions.migration.js';
import { Delivery0004 } from './0004-delivery.migration.js';
import { Work0005 } from './0005-work.migration.js';
import { Monitoring0009 } from './0009-monitoring.migration.js';
import { References0010 } from './0010-references.migration.js';
import { Retention0018 } from './0018-retention.migration.js';
import { Trust0008 } from './0008-trust.migration.js';
import { Disclosures0011 } from './0011-disclosures.migration.js';
import { Subscriptions0006 } from './0006-subscriptions.migration.js';
import { Callers0007 } from './0007-callers.migration.js';
import { Bulk0020 } from './0020-bulk.migration.js';
import { Grounds0021 } from './0021-grounds.migration.js';
import { Order0022 } from './0022-order.migration.js';
import { Told0023 } from './0023-told.migration.js';
import { Scale0024 } from './0024-scale.migration.js';
import { Text0032 } from './0032-text.migration.js';
import { PartialDates0034 } from './0034-partial-dates.migration.js';
import { Contacts0035 } from './0035-contacts.migration.js';
import { WriteCheck0036 } from './0036-write-check.migration.js';
import { EndpointRests0037 } from './0037-endpoint-rests.migration.js';
import { Numbered0038 } from './0038-numbered.migration.js';
import { Readings0040 } from './0040-readings.migration.js';
import { Proofs0041 } from './0041-proofs.migration.js';
import { FourEyes0042 } from './0042-four-eyes.migration.js';
import { Sources0046 } from './0046-sources.migration.js';

/** In order of running; a migration that has run anywhere is never changed, a new one is added. */
export const MIGRATIONS = [
  Senders0001,
  Records0002,
  Transactions0003,
  Delivery0004,
  Work0005,
  Subscriptions0006,
  Callers0007,
  Monitoring0009,
  References0010,
  Trust0008,
  Disclosures0011,
  Retention0018,
  Bulk0020,
  Grounds0021,
  Order0022,
  Told0023,
  Scale0024,
  Text0032,
  PartialDates0034,
  Contacts0035,
  WriteCheck0036,
  EndpointRests0037,
  Numbered0038,
  Readings0040,
  Proofs0041,
  FourEyes0042,
  Sources0046,
].map((migration) => ({
  name: migration.name,
  class: migration,
}));
