/** Entries against their own hashes, and the newest entry of each subject against the row it speaks of. */
import {
  checkDeliveries,
  checkTransactions,
  hashAdminActions,
  purgedUntil,
  type Purged,
  type CheckedDelivery,
  type CheckedTransaction,
  type StoredEntry,
} from '../../entities/audit/audit-check.repository.js';
import { hashContent, hashEntryText } from '../../entities/audit/audit.repository.js';
import { findUntold } from '../../entities/audit/audit-rows.repository.js';
import type { Sql, Transactional } from '../../entities/database/database.js';
import { hashDelivery } from '../../entities/audit/delivery-audit.js';
import { provesTransaction } from '../../entities/audit/transaction-audit.js';
import { timeOf } from '../../platform/uuid.js';
import { AuditBroken, type AuditProblemKind } from './audit-problem.js';

/** Of a delivery that ended before it had a message. */
const NO_MESSAGE = hashContent(null);

/** @throws AuditBroken that names the first entry that does not fit */
export async function checkEntries(sql: Transactional, entries: StoredEntry[], seal?: number): Promise<void> {
  const idsOf = (kind: StoredEntry['kind']) => entries.filter((entry) => entry.kind === kind).map(({ id }) => id);
  const transactions = await checkTransactions(sql, idsOf('TRANSACTION'));
  const deliveries = await checkDeliveries(sql, idsOf('DELIVERY'));
  const actions = await hashAdminActions(sql, idsOf('ADMIN'));
  const untold = new Set(await findUntold(sql, settled([...transactions.values()], entries)));
  for (const entry of entries) {
    const problem =
      checkHash(entry) ??
      (entry.kind === 'TRANSACTION' ? await checkTransaction(sql, entry, transactions.get(entry.id)) : undefined) ??
      (entry.kind === 'TRANSACTION' && untold.has(entry.subject) ? 'ROW_MISSING' : undefined) ??
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

/** Transactions whose records the index of disclosures must tell. */
function settled(rows: CheckedTransaction[], entries: StoredEntry[]): string[] {
  const subjects = new Map(entries.map(({ id, subject }) => [id, subject]));
  return rows.filter(({ present, superseded }) => present && !superseded).map(({ id }) => subjects.get(id) ?? id);
}

const TEXTS: Partial<Record<AuditProblemKind, string>> = {
  ENTRY_EDITED: 'an entry was edited',
  ROW_MISSING: 'the row of an entry, or of the index of its disclosures, is gone',
  ROW_EDITED: 'the row of an entry was edited',
  PAYLOAD_EDITED: 'a sealed payload was edited',
  PAYLOAD_MISSING: 'a payload is gone before its time',
};

function checkHash(entry: StoredEntry): AuditProblemKind | undefined {
  return hashEntryText(entry).equals(entry.entryHash) ? undefined : 'ENTRY_EDITED';
}

function checkAction(entry: StoredEntry, hash: Buffer | null | undefined): AuditProblemKind | undefined {
  if (hash === undefined) return 'ROW_MISSING';
  return hash?.equals(entry.contentHash) === true ? undefined : 'ROW_EDITED';
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
  if (!provesTransaction(entry.contentHash, row.contentHash, row.facts) || row.status !== entry.transition)
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
  if (row.superseded) return undefined;
  if (row.state !== entry.transition || !row.inTime) return 'ROW_EDITED';
  // One that is due again may still get its message; its next end proves it.
  if (row.state === 'PENDING') return undefined;
  return checkDelivered(entry, row);
}

function checkDelivered({ contentHash: proven }: StoredEntry, row: CheckedDelivery): AuditProblemKind | undefined {
  const { contentHash: kept, actualHash: actual, facts, early } = row;
  if (actual !== null && !actual.equals(kept ?? actual)) return 'PAYLOAD_EDITED';
  const message = kept ?? actual;
  if (message !== null && hashDelivery(message, facts).equals(proven)) return undefined;
  // Entries of earlier versions prove the message alone.
  if (actual?.equals(proven) === true || proven.equals(NO_MESSAGE)) return undefined;
  if (early && (message ?? proven).equals(proven)) return undefined;
  return 'ROW_EDITED';
}

async function isPurged(sql: Sql, { subject }: StoredEntry, what: Purged): Promise<boolean> {
  return timeOf(subject) < (await purgedUntil(sql, what));
}
