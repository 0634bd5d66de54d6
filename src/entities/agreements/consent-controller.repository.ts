/** Who may sign consents in messages, as a question needs them. */
import type { Sql } from '../database/database.js';

export interface KnownController {
  id: string;
  issuer: string;
  jwksUrl: string | null;
  jwks: { keys: Record<string, unknown>[] };
  jwksFetchedAt: string;
  /** Where the status of its receipts is asked for; the number is put behind it. */
  receiptStatusUrl: string | null;
  /** The one sender that may show its receipts; null = whom each names. */
  presenter: string | null;
}

const OF_REGISTRY = `
select id, issuer, jwks_url as "jwksUrl", jwks, jwks_fetched_at as "jwksFetchedAt",
  receipt_status_url as "receiptStatusUrl", presenter
from consent_controller where revoked_at is null and $1 = any (registries) order by id`;

export const controllersOf = (sql: Sql, registry: string): Promise<KnownController[]> =>
  sql.query<KnownController>(OF_REGISTRY, [registry], 'consent-controllers');

export async function keepJwks(sql: Sql, id: string, jwks: KnownController['jwks'], at: Date): Promise<void> {
  const text = 'update consent_controller set jwks = $2, jwks_fetched_at = $3 where id = $1';
  await sql.query(text, [id, JSON.stringify(jwks), at], 'keep-consent-jwks');
}
