/** Public keys of senders: added with their reason when refused, revoked for good. */
import { addRow } from '../../entities/database/database.js';
import type { Admin } from '../../access/principal.js';
import { SenderKey } from '../../entities/senders/sender.entity.js';
import { importPublicKey } from '../../protocol/signature/keys.js';
import { KeyInvalid } from '../../protocol/signature/key.policy.js';
import { changeAsAdmin } from '../admin-change.js';
import type { Services } from '../services.js';
import { conflict, DomainError, invalid } from '../errors.js';
import { countChange } from '../four-eyes.js';
import { requireObject } from '../json-object.js';
import { lockRow } from '../locked-row.js';
import { WITHDRAWN } from './sender-jwks.js';
import { lockSender } from './senders.js';
import type { SenderKeyInput } from './sender.types.js';

export function addSenderKey(
  services: Services,
  admin: Admin,
  senderId: string,
  input: SenderKeyInput,
): Promise<SenderKey> {
  if (!/^[\x21-\x7e]{1,255}$/.test(input.kid) || /["|]/.test(input.kid))
    throw invalid('kid', '1 to 255 printable characters without space, quote or |');
  const use = input.use ?? 'SIG';
  const { algorithm, publicJwk, fingerprint } = readKey(input);
  return changeAsAdmin(services, admin, async (unit) => {
    const sender = await lockSender(unit, senderId);
    if ((await unit.em.count(SenderKey, { sender, kid: input.kid })) > 0)
      throw conflict('kid', 'the sender has had a key of this id; choose a new one');
    const key = addRow(unit.em, SenderKey, {
      sender,
      kid: input.kid,
      use,
      algorithm,
      publicJwk: { ...publicJwk },
      fingerprint,
    });
    countChange(sender, admin, { widens: true, ...services.settings });
    const after = { kid: input.kid, use, algorithm, fingerprint, state: sender.state, version: sender.version };
    return { result: key, change: { action: 'addSenderKey', targetType: 'Sender', targetId: senderId, after } };
  });
}

export function revokeSenderKey(services: Services, admin: Admin, senderId: string, kid: string): Promise<SenderKey> {
  return changeAsAdmin(services, admin, async (unit) => {
    const sender = await lockSender(unit, senderId);
    const key = await lockRow(unit, SenderKey, { sender, kid }, 'kid');
    if (key.revokedAt != null && key.revokedBy !== WITHDRAWN) throw conflict('kid', 'this key was revoked before');
    const before = { kid: key.kid, revokedAt: key.revokedAt?.toISOString() ?? null };
    key.revokedAt ??= services.clock();
    // Final, whatever the sender publishes.
    key.revokedBy = admin.subject;
    countChange(sender, admin, { widens: false, ...services.settings });
    return { result: key, change: { action: 'revokeSenderKey', targetType: 'Sender', targetId: senderId, before } };
  });
}

function readKey(input: SenderKeyInput) {
  try {
    const { publicKeyPem, jwk, use } = input;
    return importPublicKey({
      use: use ?? 'SIG',
      publicKeyPem: publicKeyPem ?? undefined,
      jwk: jwk == null ? undefined : requireObject(jwk, 'jwk'),
    });
  } catch (error) {
    if (!(error instanceof KeyInvalid)) throw error;
    throw new DomainError('INVALID', error.message, input.jwk == null ? 'publicKeyPem' : 'jwk');
  }
}
