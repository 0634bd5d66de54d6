/** The two messages of a transaction as they are kept: what was asked, and what was answered. */
import type { Sql } from '../database/database.js';

export type PayloadName = 'request' | 'response';

export interface StoredPayload {
  dataKeyId: string | null;
  sealed: Buffer | null;
  /** Null where not known. */
  consentIds: string[] | null;
  recordIds: string[];
}

export async function findPayload(sql: Sql, id: string, name: PayloadName): Promise<StoredPayload | undefined> {
  const [row] = await sql.query<StoredPayload>(
    `select data_key_id as "dataKeyId", ${name}_sealed as sealed, consent_ids as "consentIds", record_ids as "recordIds"
     from transaction where id = $1`,
    [id],
  );
  return row;
}

export async function payloadBytes(sql: Sql, id: string, name: PayloadName): Promise<number> {
  const [row] = await sql.query<{ bytes: number | null }>(
    `select octet_length(${name}_sealed) as bytes from transaction where id = $1`,
    [id],
  );
  return row?.bytes ?? 0;
}

export interface SealedAnswer {
  id: string;
  dataKeyId: string | null;
  sealed: Buffer | null;
}

/** Of transactions of these operations among those with the ids. */
export function findAnswers(sql: Sql, ids: readonly string[], operations: readonly string[]): Promise<SealedAnswer[]> {
  return sql.query<SealedAnswer>(
    `select id, data_key_id as "dataKeyId", response_sealed as sealed from transaction
     where id = any($1::uuid[]) and operation = any($2::text[]) and response_sealed is not null`,
    [[...ids], [...operations]],
  );
}

/** What the audit hashes of both, by id of the transaction. */
export async function readContentHashes(sql: Sql, ids: readonly string[]): Promise<Map<string, Buffer>> {
  const rows = await sql.query<{ id: string; contentHash: Buffer }>(
    'select id, content_hash as "contentHash" from transaction where id = any($1::uuid[])',
    [[...ids]],
  );
  return new Map(rows.map((row) => [row.id, row.contentHash]));
}
