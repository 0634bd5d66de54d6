/** The few statements of server keys that an entity manager does not write. */
import type { Sql } from '../database/database.js';
import type { KeyUse, ServerKeyState } from '../database/enums.js';

export interface ServerKeyRow {
  kid: string;
  use: KeyUse;
  algorithm: string;
  state: ServerKeyState;
  publicJwk: Record<string, unknown>;
  privateSealed: Buffer | null;
  retiredAt: string | null;
}

const ROTATION_LOCK = 4_116_303;

/** All that are not revoked, the newest first. */
export function readServerKeys(sql: Sql): Promise<ServerKeyRow[]> {
  return sql.query<ServerKeyRow>(
    `select kid, use, algorithm, state, public_jwk as "publicJwk", private_sealed as "privateSealed",
       retired_at as "retiredAt" from server_key where state <> 'REVOKED' order by id desc`,
    [],
    'server-keys',
  );
}

/** Every key that ever signed here, revoked ones too. */
export function readSigningKeys(sql: Sql): Promise<{ kid: string; publicJwk: Record<string, string> }[]> {
  return sql.query(`select kid, public_jwk as "publicJwk" from server_key where use = 'SIG'`);
}

/** Until the end of the transaction nobody else rotates keys. */
export async function lockRotation(sql: Sql): Promise<void> {
  await sql.query('select pg_advisory_xact_lock($1)', [ROTATION_LOCK]);
}

/** The public half stays to prove the audit. */
export async function destroyPrivateHalves(sql: Sql, retiredBefore: Date): Promise<void> {
  await sql.query(
    `update server_key set private_sealed = null where state = 'RETIRED' and private_sealed is not null and retired_at < $1`,
    [retiredBefore],
  );
}
