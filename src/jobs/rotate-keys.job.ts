/**
 * Replaces the server keys on schedule: the next one stands in the JWKS long before it signs, the switch is one commit
 * under a lock, and the one before stays published until all that it signed has ended.
 */
import { RETIRED_KEPT_MS, type KeyRing } from '../access/key-ring.js';
import type { Database, Unit } from '../entities/database/database.js';
import type { KeyUse } from '../entities/database/enums.js';
import { destroyPrivateHalves, lockRotation } from '../entities/senders/server-key.repository.js';
import { ServerKey } from '../entities/senders/server-key.entity.js';
import { GATEWAY, recordAdminAction } from '../use-cases/admin-change.js';
import { storeServerKey, switchTo } from '../use-cases/keys/server-keys.js';
import type { Log } from '../platform/log.js';
import { generateKeyPair } from '../protocol/signature/keys.js';
import type { KeyAlgorithm } from '../protocol/signature/key.policy.js';

const DAY_MS = 86_400_000;
/** Partners read the JWKS at least so often. */
const PUBLISHED_AHEAD_MS = DAY_MS;
/** A next key that was made late is not used before caches of the JWKS (a minute) have surely seen it. */
const LEAST_PUBLISHED_MS = 10 * 60_000;

export interface Rotating {
  database: Database;
  keyRing: KeyRing;
  clock: () => Date;
  log: Log;
  /** 0: never by itself. */
  rotationDays: number;
}

export async function rotateKeys(rotating: Rotating): Promise<string[]> {
  const { database, keyRing, log, rotationDays } = rotating;
  const done = await database.transaction(async (unit) => {
    await lockRotation(unit);
    // What has left the JWKS needs to sign and open nothing any more.
    await destroyPrivateHalves(unit, new Date(rotating.clock().getTime() - RETIRED_KEPT_MS));
    if (rotationDays === 0) return [];
    return [await rotate('SIG', unit, rotating), await rotate('ENC', unit, rotating)].flatMap((step) => step ?? []);
  });
  if (done.length > 0) {
    keyRing.forget();
    log.info({ keys: done }, 'server keys rotated');
  }
  return done;
}

/** The one step that is due, as a word for the log. */
async function rotate(use: KeyUse, unit: Unit, rotating: Rotating): Promise<string | undefined> {
  const active = await unit.em.findOne(ServerKey, { use, state: 'ACTIVE' });
  if (active === null) return undefined;
  const now = rotating.clock();
  const age = now.getTime() - (active.activatedAt ?? active.createdAt).getTime();
  const period = rotating.rotationDays * DAY_MS;
  const next = await unit.em.findOne(ServerKey, { use, state: 'NEXT' }, { orderBy: { id: 'asc' } });
  if (next === null) return age < period - PUBLISHED_AHEAD_MS ? undefined : publishNext(active, unit, rotating);
  if (age < period || now.getTime() - next.createdAt.getTime() < LEAST_PUBLISHED_MS) return undefined;
  await switchTo(next, unit, now);
  await record(unit, 'activateServerKey', next, now);
  return `${use} ${next.kid} is active`;
}

async function publishNext(active: ServerKey, unit: Unit, { keyRing, clock }: Rotating): Promise<string> {
  const pair = await generateKeyPair(active.algorithm as KeyAlgorithm);
  const next = await storeServerKey(unit, keyRing, pair, 'NEXT', clock());
  await record(unit, 'generateServerKey', next, clock());
  return `${next.use} ${next.kid} is published`;
}

function record(unit: Unit, action: string, { kid, use, algorithm, state }: ServerKey, now: Date): Promise<void> {
  const change = { action, targetType: 'ServerKey', targetId: kid, after: { kid, use, algorithm, state } };
  return recordAdminAction(unit, GATEWAY, change, now);
}
