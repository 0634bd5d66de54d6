/**
 * Claims on rows that are work: `claimed_by` a worker until `claimed_until`. A worker renews while it works; what a dead
 * one held is free again when its lease ends, at most 15 seconds later (decision 0002).
 */
import type { Database, Sql } from '../database/database.js';

export const LEASE_SECONDS = 15;

export type ClaimTable = 'accepted_request' | 'delivery' | 'registry_event' | 'source' | 'file_import';

/** Where all places are taken for longer than a lease, others would take up what is being worked on. */
export async function renewClaims(
  database: Pick<Database, 'beside'>,
  table: ClaimTable,
  worker: string,
  ids: string[],
): Promise<void> {
  await database.beside(
    `update ${table} set claimed_until = now() + interval '${LEASE_SECONDS} seconds'
     where id = any($1::uuid[]) and claimed_by = $2`,
    [ids, worker],
    `renew-${table}`,
  );
}

/** Gives claims back, to be taken again at once. */
export async function releaseClaims(sql: Sql, table: ClaimTable, worker: string, ids: string[]): Promise<void> {
  await sql.query(
    `update ${table} set claimed_by = null, claimed_until = null where id = any($1::uuid[]) and claimed_by = $2`,
    [ids, worker],
  );
}
