/** Controllers as a question needs them, and the consents that were shown. */
import type { Sql } from '../database/database.js';

export interface KnownController {
  id: string;
  issuer: string;
  jwksUrl: string | null;
  jwks: { keys: Record<string, unknown>[] };
  jwksFetchedAt: string;
}

const OF_REGISTRY = `
select id, issuer, jwks_url as "jwksUrl", jwks, jwks_fetched_at as "jwksFetchedAt"
from consent_controller where revoked_at is null and $1 = any (registries) order by id`;

export const controllersOf = (sql: Sql, registry: string): Promise<KnownController[]> =>
  sql.query<KnownController>(OF_REGISTRY, [registry], 'consent-controllers');

export async function keepJwks(sql: Sql, id: string, jwks: KnownController['jwks'], at: Date): Promise<void> {
  const text = 'update consent_controller set jwks = $2, jwks_fetched_at = $3 where id = $1';
  await sql.query(text, [id, JSON.stringify(jwks), at], 'keep-consent-jwks');
}

export async function digestOfShown(sql: Sql, controllerId: string, jti: string): Promise<Buffer | undefined> {
  const text = 'select digest from shown_consent where controller_id = $1 and jti = $2';
  const [row] = await sql.query<{ digest: Buffer }>(text, [controllerId, jti], 'shown-consent');
  return row?.digest;
}

/** The digest that stands: this one, or that of who came first. */
export async function keepShown(
  sql: Sql,
  controllerId: string,
  jti: string,
  digest: Buffer,
  at: Date,
): Promise<Buffer> {
  const text = `insert into shown_consent (controller_id, jti, digest, shown_at) values ($1, $2, $3, $4) on conflict do nothing`;
  await sql.query(text, [controllerId, jti, digest, at], 'keep-shown-consent');
  return (await digestOfShown(sql, controllerId, jti)) ?? digest;
}
