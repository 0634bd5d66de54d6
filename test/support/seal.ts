/** Sealing when a test says so, by the job's own code. */
import { KeyRing } from '../../src/access/key-ring.js';
import type { Database } from '../../src/entities/database/database.js';
import { sealAudit } from '../../src/jobs/seal-audit.job.js';
import { createLog } from '../../src/platform/log.js';
import { until } from './until.js';

export const MASTER_KEY = Buffer.alloc(32, 7);
/** For gateways whose audit the test seals itself. */
export const SEALED_BY_TEST = { MASTER_KEY: MASTER_KEY.toString('base64'), ROLE: 'api' };

const OPEN = `select 1 from audit_entry where xid >= commit_number(settled_below()) limit 1`;

/** Seals all that is committed, once no older transaction holds it back. */
export async function sealNow(database: Database, clock?: () => Date): Promise<{ seals: number }> {
  await until(async () => (await database.query(OPEN)).length === 0);
  return sealWhatIsDue(database, clock);
}

export function sealWhatIsDue(database: Database, clock: () => Date = () => new Date()): Promise<{ seals: number }> {
  return sealAudit({ database, keyRing: new KeyRing(database, MASTER_KEY), clock, log: createLog('silent') });
}
