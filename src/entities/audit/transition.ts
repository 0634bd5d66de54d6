/** A state that a row has come to: live readers hear of it and the audit proves it, in the transaction that makes it so. */
import type { Sql } from '../database/database.js';
import { eventRow, type OutboxDetail } from '../queues/outbox.repository.js';
import { auditEntry } from './audit.repository.js';

export interface Transition {
  of: 'transaction' | 'delivery' | 'subscription';
  id: string;
  /** As the audit says it; live readers read the state in `detail`. */
  transition: string;
  actor: string;
  at: Date;
  /** What the entry proves of the row. */
  contentHash: Buffer;
  detail: OutboxDetail;
}

const RECORD = `
with event as (insert into outbox_event (id, topic, subject, detail) values ($1, $2, $3, $4))
insert into audit_entry (id, kind, subject, transition, actor, at, content_hash, entry_hash)
values ($5, $6, $3, $7, $8, $9, $10, $11)`;

/** Call in the transaction that changed the row: readers are woken by its commit. */
export async function recordTransition(sql: Sql, { of, id, detail, ...proof }: Transition): Promise<void> {
  const kind = KINDS[of];
  const entry = auditEntry({ ...proof, kind, subject: id });
  const { transition, actor, at, contentHash, entryHash } = entry;
  const event = eventRow(of, id, detail);
  await sql.query(RECORD, [...event, entry.id, kind, transition, actor, at, contentHash, entryHash], 'transition');
  sql.eventWritten();
}

const KINDS = { transaction: 'TRANSACTION', delivery: 'DELIVERY', subscription: 'SUBSCRIPTION' } as const;
