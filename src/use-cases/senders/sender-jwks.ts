/** Keys of senders follow what they publish: new ones come, vanished ones are revoked, registered ones are never touched. */
import { fetchPartnerJwks, JwksUnreadable, type PublishedSenderKey } from '../../access/partner-jwks.js';
import type { Admin } from '../../access/principal.js';
import { addRow, type Unit } from '../../entities/database/database.js';
import { Sender, SenderKey } from '../../entities/senders/sender.entity.js';
import { OutboundFailed, OutboundRefused } from '../../platform/outbound-errors.js';
import { recordAdminAction } from '../admin-change.js';
import type { Services } from '../services.js';
import { invalid } from '../errors.js';
import { findSender, lockSender } from './senders.js';

/** The actor of refreshes that nobody asked for: the schedule, and an unknown key id. */
export const JWKS_REFRESH: Admin = { kind: 'admin', subject: 'jwks-refresh', role: 'OPERATOR' };
/** Who revokes a key that its sender publishes no more. */
export const WITHDRAWN = 'JWKS';

/** @throws DomainError where the sender has no `jwksUrl`, or it cannot be read */
export async function fetchSenderKeys(services: Services, admin: Admin, senderId: string): Promise<SenderKey[]> {
  const { jwksUrl } = await findSender({ em: services.database.em() }, senderId);
  if (jwksUrl == null) throw invalid('jwksUrl', 'the sender has none; set it with updateSender');
  try {
    return await refreshSenderKeys(services, admin, senderId, jwksUrl);
  } catch (error) {
    if (!isFaultOfPartner(error)) throw error;
    throw invalid('jwksUrl', error.message);
  }
}

/** Whether a refresh failed by what the partner's server is or does. */
export const isFaultOfPartner = (error: unknown): error is Error =>
  error instanceof JwksUnreadable || error instanceof OutboundRefused || error instanceof OutboundFailed;

/** @throws JwksUnreadable, OutboundRefused, OutboundFailed; then no key changes */
export async function refreshSenderKeys(
  services: Services,
  actor: Admin,
  senderId: string,
  jwksUrl: string,
): Promise<SenderKey[]> {
  const published = await fetchPartnerJwks(services.outbound, jwksUrl, senderId);
  const keys = await services.database.transaction(async (unit) => {
    // Two refreshes at once would both add a new key.
    const sender = await lockSender(unit, senderId);
    if (sender.jwksUrl !== jwksUrl) throw new JwksUnreadable('jwksUrl was changed meanwhile');
    sender.jwksFetchedAt = services.clock();
    const { keys: stored, changes } = await follow(unit, sender, published, services.clock());
    // The address was approved, and so is what stands there; who is about to approve it looks again.
    if (changes.added.length + changes.renewed.length > 0) sender.version += 1;
    await unit.em.flush();
    const change = { action: 'fetchSenderKeys', targetType: 'Sender', targetId: senderId, after: changes };
    if (actor !== JWKS_REFRESH || Object.values(changes).some((kids) => kids.length > 0))
      await recordAdminAction(unit, actor, change, services.clock());
    return stored;
  });
  services.directory.forget();
  return keys;
}

/** Kids, by what became of them. */
interface KeyChanges extends Record<string, string[]> {
  added: string[];
  renewed: string[];
  revoked: string[];
  ignored: string[];
}

/** Whoever publishes other keys each time would fill the table, which is read whole here. */
const MOST_WITHDRAWN = 50;

async function follow(unit: Unit, sender: Sender, given: PublishedSenderKey[], now: Date) {
  const stored = await unit.em.find(SenderKey, { sender }, { orderBy: { id: 'asc' } });
  const changes: KeyChanges = { added: [], renewed: [], revoked: [], ignored: [] };
  // Under another id it is the same key.
  const revoked = new Set(stored.filter(isFinal).map(({ fingerprint }) => fingerprint));
  const published = given.filter(({ fingerprint }) => !revoked.has(fingerprint));
  changes.ignored.push(...given.filter((key) => !published.includes(key)).map(({ kid }) => kid));
  for (const key of published) {
    const known = stored.find(({ kid }) => kid === key.kid);
    if (known === undefined) {
      const { publicJwk, ...values } = key;
      stored.push(addRow(unit.em, SenderKey, { ...values, publicJwk: { ...publicJwk }, sender, origin: 'JWKS' }));
      changes.added.push(key.kid);
    } else changes[renew(known, key)]?.push(key.kid);
  }
  for (const key of stored)
    if (key.origin === 'JWKS' && key.revokedAt == null && !published.some(({ kid }) => kid === key.kid)) {
      Object.assign(key, { revokedAt: now, revokedBy: WITHDRAWN });
      changes.revoked.push(key.kid);
    }
  const forgotten = withdrawn(stored).slice(MOST_WITHDRAWN);
  for (const key of forgotten) unit.em.remove(key);
  return { keys: stored.filter((key) => !forgotten.includes(key)), changes };
}

/** The newest first; published again, one that was forgotten is a new one. */
const withdrawn = (keys: SenderKey[]): SenderKey[] =>
  keys
    .filter(({ origin, revokedBy }) => origin === 'JWKS' && revokedBy === WITHDRAWN)
    .toSorted((a, b) => Number(b.revokedAt) - Number(a.revokedAt));

const isFinal = ({ revokedAt, revokedBy }: SenderKey): boolean => revokedAt != null && revokedBy !== WITHDRAWN;

/** An administrator's word stands: a registered key is not replaced, and what was revoked here stays revoked. */
function renew(known: SenderKey, { publicJwk, ...key }: PublishedSenderKey): 'renewed' | 'ignored' | 'same' {
  const final = isFinal(known);
  if (known.origin === 'REGISTERED' || final)
    return known.fingerprint === key.fingerprint && !final ? 'same' : 'ignored';
  if (known.revokedAt == null && known.fingerprint === key.fingerprint && known.use === key.use) return 'same';
  Object.assign(known, { ...key, publicJwk: { ...publicJwk }, revokedAt: null, revokedBy: null });
  return 'renewed';
}
