/** Entries against their own hashes, and the newest entry of each subject against the row it speaks of. */
import {
  checkTransactions,
  hashAdminActions,
  purgedUntil,
  type CheckedSubject,
  type StoredEntry,
} from '../../entities/audit-check.repository.js';
import { hashContent, hashEntryText } from '../../entities/audit.repository.js';
import type { Sql } from '../../entities/database.js';
import { timeOf } from '../../platform/uuid.js';
import { AuditBroken, type AuditProblemKind } from './audit-problem.js';

const NO_PAYLOAD = hashContent(null, null);

/** @throws AuditBroken that names the first entry that does not fit */
export async function checkEntries(sql: Sql, entries: StoredEntry[], seal?: number): Promise<void> {
  const idsOf = (kind: StoredEntry['kind']) => entries.filter((entry) => entry.kind === kind).map(({ id }) => id);
  const transactions = await checkTransactions(sql, idsOf('TRANSACTION'));
  const actions = await hashAdminActions(sql, idsOf('ADMIN'));
  for (const entry of entries) {
    const problem =
      checkHash(entry) ??
      (entry.kind === 'TRANSACTION' ? await checkTransaction(sql, entry, transactions.get(entry.id)) : undefined) ??
      (entry.kind === 'ADMIN' ? checkAction(entry, actions.get(entry.id)) : undefined);
    if (problem !== undefined)
      throw new AuditBroken({
        kind: problem,
        message: `${TEXTS[problem] ?? problem}: ${entry.kind.toLowerCase()} ${entry.subject}`,
        seal,
        entryId: entry.id,
        subject: entry.subject,
      });
  }
}

const TEXTS: Partial<Record<AuditProblemKind, string>> = {
  ENTRY_EDITED: 'an entry was edited',
  ROW_MISSING: 'the row of an entry is gone',
  ROW_EDITED: 'the row of an entry was edited',
  PAYLOAD_EDITED: 'a sealed payload was edited',
  PAYLOAD_MISSING: 'a payload is gone before its time',
};

function checkHash(entry: StoredEntry): AuditProblemKind | undefined {
  return hashEntryText(entry).equals(entry.entryHash) ? undefined : 'ENTRY_EDITED';
}

function checkAction(entry: StoredEntry, hash: Buffer | undefined): AuditProblemKind | undefined {
  if (hash === undefined) return 'ROW_MISSING';
  return hash.equals(entry.contentHash) ? undefined : 'ROW_EDITED';
}

/** A row or payload may be gone only where retention has said so in the audit itself. */
async function checkTransaction(
  sql: Sql,
  entry: StoredEntry,
  row: CheckedSubject | undefined,
): Promise<AuditProblemKind | undefined> {
  const purged = async (what: string) => timeOf(entry.subject) < (await purgedUntil(sql, what));
  if (row === undefined || !row.present) return (await purged('transactions')) ? undefined : 'ROW_MISSING';
  if (row.superseded) return undefined;
  if (row.contentHash?.equals(entry.contentHash) !== true || row.status !== entry.transition) return 'ROW_EDITED';
  if (row.actualHash?.equals(entry.contentHash) === true) return undefined;
  if (!row.empty || entry.contentHash.equals(NO_PAYLOAD)) return 'PAYLOAD_EDITED';
  return (await purged('payloads')) ? undefined : 'PAYLOAD_MISSING';
}
