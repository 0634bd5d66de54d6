/** A key id that we do not know may be new in its sender's JWKS: it is read again, once in a while, and never more. */
import type { KnownSender } from '../access/sender-directory.js';
import { claimJwks } from '../entities/senders/jwks-read.repository.js';
import { isFaultOfPartner, JWKS_REFRESH, refreshSenderKeys } from '../use-cases/senders/sender-jwks.js';
import type { VerificationKey } from '../protocol/signature/signature.js';
import type { FacadeServices } from './services.js';

/** For all processes together: a caller's made-up key ids must not send us to its server again and again. */
const COOL_DOWN_SECONDS = 60;

const running = new Map<string, Promise<void>>();

/**
 * The sender's signature key of this id; undefined where it has none, or has revoked it. Some write the whole
 * `{sender_id}|{kid}|{alg}` where others write the kid.
 */
export async function senderKey(
  services: FacadeServices,
  sender: KnownSender,
  written: string,
): Promise<VerificationKey | undefined> {
  const [owner, own, ...rest] = written.split('|');
  const kid = own !== undefined && owner === sender.senderId && rest.length === 1 ? own : written;
  const known = sender.verificationKeys.get(kid);
  if (known !== undefined || sender.jwksUrl === null) return known;
  await refreshOnce(services, sender, sender.jwksUrl);
  const fresh = await services.directory.bySenderId(sender.senderId);
  return fresh?.verificationKeys.get(kid);
}

/** Requests of one sender that arrive together wait for one refresh. */
function refreshOnce(services: FacadeServices, sender: KnownSender, jwksUrl: string): Promise<void> {
  const name = `${services.settings.publicUrl} ${sender.id}`;
  const started = running.get(name) ?? refresh(services, sender, jwksUrl).finally(() => running.delete(name));
  running.set(name, started);
  return started;
}

async function refresh(services: FacadeServices, { id, senderId }: KnownSender, jwksUrl: string): Promise<void> {
  if (!(await claimJwks(services.database, id, COOL_DOWN_SECONDS))) return;
  await refreshSenderKeys(services, JWKS_REFRESH, senderId, jwksUrl).catch((error: unknown) => {
    if (!isFaultOfPartner(error)) throw error;
    services.log.info({ sender: senderId, cause: error.message }, 'the keys of a sender could not be read');
  });
}
