/**
 * Proves the audit whole, or names the first row that is not: every seal chained and signed, every entry under its seal
 * in its place, behind each newest entry the very row it spoke of, and no row that none speaks of. Reads in batches, so the
 * log may be of any length.
 */
import { PURGED, purgedUntil, readEntries, type Purged } from '../../entities/audit/audit-check.repository.js';
import { readSeals, type Seal } from '../../entities/audit/audit-seal.repository.js';
import type { Transactional } from '../../entities/database/database.js';
import { firstId } from '../../entities/database/partitions.js';
import { AuditBroken, type AuditProblem } from './audit-problem.js';
import { checkEntries } from './check-entries.js';
import { checkRows } from './check-rows.js';
import { checkSeal, checkSealedEntries, publicKeys } from './check-seal.js';

export interface AuditReport {
  intact: boolean;
  seals: number;
  entries: number;
  /** Entries that wait for the next seal; their own hashes were checked. */
  unsealed: number;
  /** Keep it elsewhere: given back as `anchor`, it shows that nothing was cut off or written anew since. */
  head: { sequence: number; sealHash: string; sealedAt: string } | null;
  problem: AuditProblem | null;
  /** What is rightly gone: until when retention removed it, as the audit says. Whether that was due is for its reader. */
  removed: { what: Purged; until: Date }[];
}

export interface VerifyOptions {
  /** Seals before it are taken on trust; 1 where left out. */
  fromSequence?: number;
  /** A head of an earlier report: the chain must still hold it. */
  anchor?: { sequence: number; sealHash: string };
  onProgress?: (progress: { seals: number; lastSeal: number; entries: number }) => void;
}

const BATCH = 2000;

export async function verifyAudit(sql: Transactional, options: VerifyOptions = {}): Promise<AuditReport> {
  const report: AuditReport = {
    intact: true,
    seals: 0,
    entries: 0,
    unsealed: 0,
    head: null,
    problem: null,
    removed: [],
  };
  try {
    await checkChain(sql, options, report);
    for (const what of PURGED) {
      const until = await purgedUntil(sql, what);
      if (until.getTime() > 0) report.removed.push({ what, until });
    }
  } catch (error) {
    if (!(error instanceof AuditBroken)) throw error;
    return { ...report, intact: false, problem: error.problem };
  }
  return report;
}

async function checkChain(sql: Transactional, options: VerifyOptions, report: AuditReport): Promise<void> {
  const { fromSequence = 1, anchor, onProgress } = options;
  const keys = await publicKeys(sql);
  const [newest] = await readSeals(sql, { newest: 1 });
  let [previous] = fromSequence > 1 ? await readSeals(sql, { after: fromSequence - 2, limit: 1 }) : [];
  const trusted = previous;
  if (fromSequence > 1 && previous === undefined) throw new AuditBroken(missing(fromSequence - 1));
  const lastSeal = Math.max(newest?.sequence ?? 0, anchor?.sequence ?? 0);
  for (let sequence = fromSequence; sequence <= lastSeal; sequence++) {
    const [seal] = await readSeals(sql, { after: sequence - 1, until: sequence, limit: 1 });
    if (seal === undefined) throw new AuditBroken(missing(sequence));
    checkSeal(seal, previous, keys);
    if (anchor?.sequence === sequence && anchor.sealHash !== seal.sealHash.toString('hex'))
      throw new AuditBroken({ kind: 'SEAL_FORGED', seal: sequence, message: `seal ${sequence} is not the anchor's` });
    const entries = await checkSealedEntries(sql, seal);
    for (let at = 0; at < entries.length; at += BATCH) await checkEntries(sql, entries.slice(at, at + BATCH), sequence);
    previous = seal;
    report.seals += 1;
    report.entries += entries.length;
    report.head = headOf(seal);
    onProgress?.({ seals: report.seals, lastSeal, entries: report.entries });
  }
  await checkUnsealed(sql, previous?.untilXid ?? '0', report);
  await checkRows(sql, trusted && firstId(new Date(trusted.sealedAt)));
}

async function checkUnsealed(sql: Transactional, fromXid: string, report: AuditReport): Promise<void> {
  let after: { xid: string; id: string } | undefined;
  do {
    const entries = await readEntries(sql, { fromXid, after }, BATCH);
    await checkEntries(sql, entries);
    report.unsealed += entries.length;
    after = entries.length < BATCH ? undefined : entries.at(-1);
  } while (after !== undefined);
}

function missing(sequence: number): AuditProblem {
  return { kind: 'SEAL_MISSING', seal: sequence, message: `seal ${sequence} is missing` };
}

function headOf({ sequence, sealHash, sealedAt }: Seal): AuditReport['head'] {
  return { sequence, sealHash: sealHash.toString('hex'), sealedAt };
}
