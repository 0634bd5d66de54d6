/**
 * What the audit proves of a transaction: its sealed payloads by their hash, so that they may be purged, and beside them
 * who got what of whom, on what ground.
 */
import { canonicalJson } from '../../protocol/envelope/json.js';
import { appendAudit, auditEntry, hashContent } from './audit.repository.js';
import type { Sql } from '../database/database.js';

export interface TransactionFacts {
  senderId: string | null;
  operation: string | null;
  registry: string | null;
  accessDecision: unknown;
  recordIds: string[];
  recordCount: number;
}

/** @param payloadHash `content_hash` of the row */
export function hashTransaction(payloadHash: Buffer, facts: TransactionFacts): Buffer {
  const { senderId, operation, registry, accessDecision = null, recordIds, recordCount } = facts;
  const plain: unknown = JSON.parse(
    JSON.stringify({ senderId, operation, registry, accessDecision, recordIds, recordCount }),
  );
  return hashContent(payloadHash, Buffer.from(canonicalJson(plain)));
}

/** The columns of `TransactionFacts`, of a table `t`. */
export const FACTS = `t.sender_id as "senderId", t.operation, t.registry, t.access_decision as "accessDecision",
  to_jsonb(t.record_ids) as "recordIds", t.record_count as "recordCount"`;

/** The entry of a transition of a transaction as its row now is; call in the transaction that changed it. */
export async function appendTransactionAudit(
  sql: Sql,
  id: string,
  { transition, actor, at }: { transition: string; actor: string; at: Date },
): Promise<void> {
  const [row] = await sql.query<TransactionFacts & { contentHash: Buffer }>(
    `select t.content_hash as "contentHash", ${FACTS} from transaction t where t.id = $1`,
    [id],
  );
  if (row === undefined) throw new Error('a stored transaction vanished');
  const contentHash = hashTransaction(row.contentHash, row);
  await appendAudit(sql, auditEntry({ kind: 'TRANSACTION', subject: id, transition, actor, at, contentHash }));
}
