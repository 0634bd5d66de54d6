/**
 * The keys of this server. One private key signs (per use), its successor is published before it does, retired ones
 * stay published so that what they signed still verifies; a revoked key is never published again.
 */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Sql } from '../entities/database/database.js';
import { readServerKeys, type ServerKeyRow } from '../entities/senders/server-key.repository.js';
import { MasterKey } from '../platform/master-key.js';
import { Kept } from '../platform/kept.js';
import { importPublicKey, jwksEntry } from '../protocol/signature/keys.js';
import type { SigningKey } from '../protocol/signature/signature.js';
import { ServiceUnavailable } from '../protocol/errors.js';

const FRESH_MS = 1000;
/** A retired key verifies and decrypts for so long: beyond every token, and every copy of the JWKS that a partner keeps. */
export const RETIRED_KEPT_MS = 7 * 86_400_000;

export class KeyRing {
  readonly #rows: Kept<ServerKeyRow[]>;
  readonly #privateKeys = new Map<string, KeyObject>();
  readonly #publicKeys = new Map<string, KeyObject>();

  readonly #masterKey: MasterKey;

  constructor(
    sql: Sql,
    masterKey: Buffer | MasterKey,
    private readonly clock: () => Date = () => new Date(),
  ) {
    this.#masterKey = MasterKey.of(masterKey);
    this.#rows = new Kept(() => readServerKeys(sql), FRESH_MS);
  }

  /** @throws ServiceUnavailable when no key is active: nothing leaves unsigned */
  async signingKey(): Promise<SigningKey> {
    const row = (await this.#keys()).find(({ use, state }) => use === 'SIG' && state === 'ACTIVE');
    if (row === undefined) throw new ServiceUnavailable('this server has no active signing key');
    return { kid: row.kid, algorithm: row.algorithm as SigningKey['algorithm'], privateKey: this.#privateKey(row) };
  }

  /** For verifying what we signed: every key that is not revoked or long retired. */
  async publicKey(kid: string): Promise<KeyObject | undefined> {
    const row = (await this.#keys()).find((key) => key.kid === kid && key.use === 'SIG' && key.state !== 'NEXT');
    if (row === undefined) return undefined;
    let key = this.#publicKeys.get(kid);
    if (key === undefined) this.#publicKeys.set(kid, (key = importPublicKey({ jwk: row.publicJwk }).keyObject));
    return key;
  }

  /** For messages encrypted to us: every encryption key that is not revoked or long retired. */
  async decryptionKey(kid: string): Promise<KeyObject | undefined> {
    const row = (await this.#keys()).find((key) => key.kid === kid && key.use === 'ENC');
    return row === undefined ? undefined : this.#privateKey(row);
  }

  /**
   * Behind the standard entries each signing key stands again under `{serverId}|{kid}|{alg}`, as `kidId` names it: OpenSPP
   * takes the first key that begins with our name, so the one that signs comes first.
   */
  async jwks(serverId: string): Promise<{ keys: Record<string, unknown>[] }> {
    const rows = await this.#keys();
    const signing = rows.filter(({ use }) => use === 'SIG');
    const active = signing.filter(({ state }) => state === 'ACTIVE');
    const named = [...active, ...signing.filter((row) => !active.includes(row))].map((row) => ({
      ...row,
      kid: `${serverId}|${row.kid}|${row.algorithm}`,
    }));
    return {
      keys: [...rows, ...named].map(({ kid, use, algorithm, publicJwk }) =>
        jwksEntry({ kid, use, algorithm, publicJwk }),
      ),
    };
  }

  /** Seals a private key (PKCS#8) for the table; the key id is bound in. */
  sealPrivate(kid: string, privateKey: KeyObject): Buffer {
    return this.#masterKey.seal(privateKey.export({ type: 'pkcs8', format: 'der' }), `server_key:${kid}`);
  }

  /** After a change made here; other processes follow within a second. */
  forget(): void {
    this.#rows.forget();
    this.#privateKeys.clear();
    this.#publicKeys.clear();
  }

  async #keys(): Promise<ServerKeyRow[]> {
    const keptFrom = this.clock().getTime() - RETIRED_KEPT_MS;
    const rows = await this.#rows.get();
    return rows.filter(({ retiredAt: at }) => at === null || new Date(at).getTime() > keptFrom);
  }

  #privateKey(row: ServerKeyRow): KeyObject {
    let key = this.#privateKeys.get(row.kid);
    if (key === undefined) {
      if (row.privateSealed === null) throw new ServiceUnavailable('a server key has lost its private half');
      const der = this.#masterKey.open(row.privateSealed, `server_key:${row.kid}`);
      key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
      this.#privateKeys.set(row.kid, key);
    }
    return key;
  }
}
