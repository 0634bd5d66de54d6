/**
 * The append-only audit: one entry per transition of a transaction, delivery or admin object. An entry hashes the
 * ciphertext of what it speaks of, never the plain text, so that purging payloads keeps the proofs valid.
 */
import { hash } from 'node:crypto';
import { uuidv7 } from '../../platform/uuid.js';
import { canonicalJson } from '../../protocol/envelope/json.js';
import type { Sql } from '../database/database.js';

export interface AuditEntry {
  id: string;
  kind: 'TRANSACTION' | 'DELIVERY' | 'SUBSCRIPTION' | 'ADMIN';
  subject: string;
  transition: string;
  actor: string;
  at: Date;
  contentHash: Buffer;
  entryHash: Buffer;
}

export function auditEntry(entry: Omit<AuditEntry, 'id' | 'entryHash'>): AuditEntry {
  const id = uuidv7();
  return { ...entry, id, entryHash: hashEntry({ ...entry, id }) };
}

/** SHA-256 over the entry's fields, one a line, in the order of the table. */
export function hashEntry({ at, ...entry }: Omit<AuditEntry, 'entryHash'>): Buffer {
  return hashEntryText({ ...entry, at: at.toISOString() });
}

export function hashEntryText(entry: Omit<AuditEntry, 'entryHash' | 'at'> & { at: string }): Buffer {
  return hash('sha256', entryText(entry), 'buffer');
}

/** What an export shows and `sha256sum` repeats. */
export function entryText(entry: Omit<AuditEntry, 'entryHash' | 'at'> & { at: string }): string {
  const { id, kind, subject, transition, actor, at, contentHash } = entry;
  return [id, kind, subject, transition, actor, at, contentHash.toString('hex')].join('\n');
}

const NOTHING = Buffer.alloc(0);

export function hashContent(...parts: (Buffer | null | undefined)[]): Buffer {
  const content = parts.flatMap((part) => [Buffer.from(`${part?.length ?? 0}:`), part ?? NOTHING]);
  return hash('sha256', Buffer.concat(content), 'buffer');
}

export interface AdminActionFacts {
  actor: string;
  role: string;
  action: string;
  targetType: string;
  targetId: string;
  reason?: string | null | undefined;
  before?: unknown;
  after?: unknown;
}

/** What an administrator did, as its audit entry hashes it: canonical JSON, so that the stored columns give it again. */
export function adminActionText(facts: AdminActionFacts): string {
  const { actor, role, action, targetType, targetId, reason = null, before = null, after = null } = facts;
  const plain: unknown = JSON.parse(
    JSON.stringify({ actor, role, action, targetType, targetId, reason, before, after }),
  );
  return canonicalJson(plain);
}

export const hashAdminAction = (facts: AdminActionFacts): Buffer => hash('sha256', adminActionText(facts), 'buffer');

/** Appends in the transaction of `sql`, so that change and entry commit together. */
export async function appendAudit(sql: Sql, entry: AuditEntry): Promise<void> {
  await sql.query(
    `insert into audit_entry (id, kind, subject, transition, actor, at, content_hash, entry_hash)
     values ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [entry.id, entry.kind, entry.subject, entry.transition, entry.actor, entry.at, entry.contentHash, entry.entryHash],
  );
}
