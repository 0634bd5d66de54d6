/** Rows that nobody wrote: beside each that an access report may tell there is an entry, or the transaction it indexes. */
import {
  FIRST_ID,
  readDisclosures,
  readSpokenOf,
  SPOKEN_OF,
  type DisclosurePlace,
  type SpokenOf,
} from '../../entities/audit/audit-rows.repository.js';
import { purgedUntil } from '../../entities/audit/audit-check.repository.js';
import type { Sql } from '../../entities/database/database.js';
import { timeOf } from '../../platform/uuid.js';
import { AuditBroken } from './audit-problem.js';

const BATCH = 2000;

/** @param from ids before it are taken on trust. @throws AuditBroken that names the first row that was added */
export async function checkRows(sql: Sql, from = FIRST_ID): Promise<void> {
  for (const kind of Object.keys(SPOKEN_OF) as SpokenOf[]) await checkSpokenOf(sql, kind, from);
  await checkDisclosures(sql, from);
}

async function checkSpokenOf(sql: Sql, kind: SpokenOf, from: string): Promise<void> {
  for (let after: string | undefined = from; after !== undefined;) {
    const rows: { id: string; spokenOf: boolean }[] = await readSpokenOf(sql, kind, after, BATCH);
    const added = rows.find(({ spokenOf }) => !spokenOf);
    if (added !== undefined)
      throw broken(added.id, `no entry speaks of a row that is there: ${kind.toLowerCase()} ${added.id}`);
    after = rows.length < BATCH ? undefined : rows.at(-1)?.id;
  }
}

async function checkDisclosures(sql: Sql, from: string): Promise<void> {
  const purged = await purgedUntil(sql, 'transactions');
  let after: DisclosurePlace | undefined = { transactionId: from, recordId: FIRST_ID };
  while (after !== undefined) {
    const rows: Awaited<ReturnType<typeof readDisclosures>> = await readDisclosures(sql, after, BATCH);
    const added = rows.find(
      ({ released, present, transactionId }) => !released && (present || timeOf(transactionId) >= purged),
    );
    if (added !== undefined)
      throw broken(added.transactionId, `a disclosure was added: no such record left by ${added.transactionId}`);
    after = rows.length < BATCH ? undefined : rows.at(-1);
  }
}

const broken = (subject: string, message: string): AuditBroken =>
  new AuditBroken({ kind: 'ROW_ADDED', message, subject });
