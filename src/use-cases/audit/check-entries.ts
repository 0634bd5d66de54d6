/** Entries against their own hashes, and the newest entry of each subject against the row it speaks of. */
import {
  checkDeliveries,
  checkTransactions,
  hashAdminActions,
  purgedUntil,
  type CheckedDelivery,
  type CheckedTransaction,
  type StoredEntry,
} from '../../entities/audit/audit-check.repository.js';
import { hashContent, hashEntryText } from '../../entities/audit/audit.repository.js';
import type { Sql } from '../../entities/database/database.js';
import { hashTransaction } from '../../entities/audit/transaction-audit.js';
import { timeOf } from '../../platform/uuid.js';
import { AuditBroken, type AuditProblemKind } from './audit-problem.js';

/** Of a delivery that ended before it had a message. */
const NO_MESSAGE = hashContent(null);

/** @throws AuditBroken that names the first entry that does not fit */
export async function checkEntries(sql: Sql, entries: StoredEntry[], seal?: number): Promise<void> {
  const idsOf = (kind: StoredEntry['kind']) => entries.filter((entry) => entry.kind === kind).map(({ id }) => id);
  const transactions = await checkTransactions(sql, idsOf('TRANSACTION'));
  const deliveries = await checkDeliveries(sql, idsOf('DELIVERY'));
  const actions = await hashAdminActions(sql, idsOf('ADMIN'));
  for (const entry of entries) {
    const problem =
      checkHash(entry) ??
      (entry.kind === 'TRANSACTION' ? await checkTransaction(sql, entry, transactions.get(entry.id)) : undefined) ??
      (entry.kind === 'DELIVERY' ? await checkDelivery(sql, entry, deliveries.get(entry.id)) : undefined) ??
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
  row: CheckedTransaction | undefined,
): Promise<AuditProblemKind | undefined> {
  if (row === undefined || !row.present)
    return (await isPurged(sql, entry, 'transactions')) ? undefined : 'ROW_MISSING';
  if (row.superseded) return undefined;
  if (!hashTransaction(row.contentHash, row).equals(entry.contentHash) || row.status !== entry.transition)
    return 'ROW_EDITED';
  if (row.actualHash.equals(row.contentHash)) return undefined;
  if (!row.empty) return 'PAYLOAD_EDITED';
  return (await isPurged(sql, entry, 'payloads')) ? undefined : 'PAYLOAD_MISSING';
}

/** Its message is written before its first end; a purged one leaves its hash. */
async function checkDelivery(
  sql: Sql,
  entry: StoredEntry,
  row: CheckedDelivery | undefined,
): Promise<AuditProblemKind | undefined> {
  if (row === undefined || !row.present)
    return (await isPurged(sql, entry, 'transactions')) ? undefined : 'ROW_MISSING';
  if (row.superseded || row.actualHash === null || entry.contentHash.equals(NO_MESSAGE)) return undefined;
  return row.actualHash.equals(entry.contentHash) ? undefined : 'PAYLOAD_EDITED';
}

async function isPurged(sql: Sql, { subject }: StoredEntry, what: string): Promise<boolean> {
  return timeOf(subject) < (await purgedUntil(sql, what));
}
