/** Seals what was committed since the last seal, in links of bounded size; any number of processes may run it. */
import type { KeyRing } from '../access/key-ring.js';
import { sealNext, type Seal } from '../entities/audit/audit-seal.repository.js';
import type { Database } from '../entities/database/database.js';
import type { Log } from '../platform/log.js';
import { signBytes } from '../protocol/signature/algorithm.js';

/** Hashed in one turn of the event loop. */
const ENTRIES_PER_SEAL = 1000;

export interface Sealing {
  database: Database;
  keyRing: KeyRing;
  clock: () => Date;
  log: Log;
}

export async function sealAudit({ database, keyRing, clock, log }: Sealing): Promise<{ seals: number }> {
  let seals = 0;
  for (;;) {
    const key = await keyRing.signingKey();
    const sealer = { kid: key.kid, sign: (data: Buffer) => signBytes(key, data) };
    const seal = await database.transaction((unit) => sealNext(unit, sealer, clock(), ENTRIES_PER_SEAL));
    if (seal === undefined) return { seals };
    seals += 1;
    witness(log, seal);
  }
}

/** The log goes where the database's administrator cannot reach: a chain that was written anew differs from it. */
function witness(log: Log, { sequence, sealHash, entryCount }: Seal): void {
  log.info({ seal: sequence, sealHash: sealHash.toString('hex'), entries: entryCount }, 'audit sealed');
}
