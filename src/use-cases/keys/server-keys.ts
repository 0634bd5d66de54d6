/** The life of a server key: NEXT (published), ACTIVE (signs), RETIRED (still verifies), REVOKED (gone). */
import { LockMode } from '@mikro-orm/core';
import type { Admin } from '../../access/principal.js';
import { addRow, type Unit } from '../../entities/database/database.js';
import type { KeyUse, ServerKeyState } from '../../entities/database/enums.js';
import { ServerKey } from '../../entities/senders/server-key.entity.js';
import { generateKeyPair, importPrivateKey, thumbprint, type KeyPair } from '../../protocol/signature/keys.js';
import { KeyInvalid, type KeyAlgorithm } from '../../protocol/signature/key.policy.js';
import { changeAsAdmin } from '../admin-change.js';
import type { Services } from '../services.js';
import { DomainError } from '../errors.js';
import { lockRow } from '../locked-row.js';

type KeySealer = Pick<Services['keyRing'], 'sealPrivate'>;

export async function generateServerKey(services: Services, admin: Admin, algorithm: KeyAlgorithm): Promise<ServerKey> {
  return storeAsAdmin(services, admin, 'generateServerKey', await generateKeyPair(algorithm));
}

export async function importServerKey(
  services: Services,
  admin: Admin,
  privateKeyPem: string,
  use: KeyUse,
): Promise<ServerKey> {
  try {
    return await storeAsAdmin(services, admin, 'importServerKey', importPrivateKey(privateKeyPem, use));
  } catch (error) {
    if (!(error instanceof KeyInvalid)) throw error;
    throw new DomainError('INVALID', error.message, 'privateKeyPem');
  }
}

/** Makes it the one that signs (or decrypts first); the one before is retired. */
export function activateServerKey(services: Services, admin: Admin, kid: string): Promise<ServerKey> {
  return moveKey(services, admin, kid, 'activateServerKey', ['NEXT', 'RETIRED'], (key, unit) => {
    if (key.privateSealed == null)
      throw new DomainError('CONFLICT', 'the private half of this key was destroyed: generate a new key', 'kid');
    return switchTo(key, unit, services.clock());
  });
}

/** Retires the active key of the same use; from the commit on, `key` is the one. */
export async function switchTo(key: ServerKey, { em }: Pick<Unit, 'em'>, now: Date): Promise<void> {
  const active = await em.findOne(
    ServerKey,
    { use: key.use, state: 'ACTIVE' },
    { lockMode: LockMode.PESSIMISTIC_WRITE },
  );
  if (active !== null) {
    retire(active, now);
    await em.flush();
  }
  key.state = 'ACTIVE';
  key.activatedAt = now;
  key.retiredAt = null;
}

export function retireServerKey(services: Services, admin: Admin, kid: string): Promise<ServerKey> {
  return moveKey(services, admin, kid, 'retireServerKey', ['NEXT', 'ACTIVE'], (key) => {
    refuseSigner(key);
    retire(key, services.clock());
  });
}

/** For a key that leaked: its private half is destroyed and it leaves the JWKS at once. */
export function revokeServerKey(services: Services, admin: Admin, kid: string): Promise<ServerKey> {
  return moveKey(services, admin, kid, 'revokeServerKey', ['NEXT', 'ACTIVE', 'RETIRED'], (key) => {
    refuseSigner(key);
    key.state = 'REVOKED';
    key.revokedAt = services.clock();
    key.privateSealed = null;
  });
}

/** Stores a pair; with `state` ACTIVE at first start. */
export async function storeServerKey(
  unit: Pick<Unit, 'em'>,
  sealer: KeySealer,
  pair: KeyPair,
  state: ServerKeyState,
  now = new Date(),
): Promise<ServerKey> {
  const kid = await thumbprint(pair.publicJwk);
  const use: KeyUse = pair.algorithm === 'RSA-OAEP-256' || pair.algorithm === 'ECDH-ES+A256KW' ? 'ENC' : 'SIG';
  return addRow(unit.em, ServerKey, {
    kid,
    use,
    algorithm: pair.algorithm,
    state,
    publicJwk: { ...pair.publicJwk },
    privateSealed: sealer.sealPrivate(kid, pair.privateKey),
    createdAt: now,
    activatedAt: state === 'ACTIVE' ? now : null,
  });
}

function storeAsAdmin(services: Services, admin: Admin, action: string, pair: KeyPair): Promise<ServerKey> {
  return changeAsAdmin(services, admin, async (unit) => {
    if ((await unit.em.count(ServerKey, { kid: await thumbprint(pair.publicJwk) })) > 0)
      throw new DomainError('CONFLICT', 'this key is already here; import another', 'privateKeyPem');
    const key = await storeServerKey(unit, services.keyRing, pair, 'NEXT', services.clock());
    const after = { kid: key.kid, use: key.use, algorithm: key.algorithm, state: key.state };
    return { result: key, change: { action, targetType: 'ServerKey', targetId: key.kid, after } };
  });
}

function moveKey(
  services: Services,
  admin: Admin,
  kid: string,
  action: string,
  from: ServerKeyState[],
  move: (key: ServerKey, unit: Unit) => Promise<void> | void,
): Promise<ServerKey> {
  return changeAsAdmin(services, admin, async (unit) => {
    const key = await lockRow(unit, ServerKey, { kid }, 'kid');
    if (!from.includes(key.state))
      throw new DomainError(
        'CONFLICT',
        `the key is ${key.state}: ${action} takes one that is ${from.join(' or ')}`,
        'kid',
      );
    const before = { state: key.state };
    await move(key, unit);
    const change = { action, targetType: 'ServerKey', targetId: kid, before, after: { state: key.state } };
    return { result: key, change };
  });
}

function retire(key: ServerKey, now: Date): void {
  key.state = 'RETIRED';
  key.retiredAt = now;
}

/** Nothing leaves unsigned, so a server without an active key is a server that is down. */
function refuseSigner(key: ServerKey): void {
  if (key.state === 'ACTIVE' && key.use === 'SIG')
    throw new DomainError(
      'CONFLICT',
      'this is the active signing key: activate another one first, once partners have fetched it from the JWKS',
      'kid',
    );
}
