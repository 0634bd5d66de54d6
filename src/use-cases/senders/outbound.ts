/** How we show who we are to a sender's receiver: checked when it is set, sealed, and never shown. */
import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { Admin } from '../../access/principal.js';
import type { SenderOutbound } from '../../entities/senders/sender-outbound.repository.js';
import { OutboundRefused } from '../../platform/outbound-errors.js';
import { changeAsAdmin } from '../admin-change.js';
import type { Services } from '../services.js';
import { invalid } from '../errors.js';
import { countChange } from '../four-eyes.js';
import type { OutboundOAuthInput, OutboundSettings, OutboundTlsInput, SenderOutboundInput } from './outbound.types.js';
import { lockSender } from './senders.js';

export function setSenderOutbound(
  services: Services,
  admin: Admin,
  senderId: string,
  input: SenderOutboundInput,
): Promise<OutboundSettings> {
  const settings = readInput(services, input);
  return changeAsAdmin(services, admin, async (unit) => {
    const sender = await lockSender(unit, senderId);
    await services.senderOutbound.save(unit, sender.id, settings);
    countChange(sender, admin, { widens: true, ...services.settings });
    const result = describeOutbound(settings);
    const change = { action: 'setSenderOutbound', targetType: 'Sender', targetId: senderId };
    return { result, change: { ...change, after: { ...result } } };
  });
}

export function describeOutbound({ oauth, bearer, tls }: SenderOutbound): OutboundSettings {
  return {
    tokenUrl: oauth?.tokenUrl ?? null,
    clientId: oauth?.clientId ?? null,
    scope: oauth?.scope ?? null,
    bearer: bearer !== undefined,
    clientCertificate: tls?.cert !== undefined,
    authority: tls?.ca !== undefined,
  };
}

function readInput({ outbound }: Services, { oauth, bearer, tls }: SenderOutboundInput): SenderOutbound {
  if (oauth != null && bearer != null) throw invalid('bearer', 'give it or oauth, one of the two');
  if (bearer != null && !/^[\x21-\x7e]{1,4096}$/.test(bearer))
    throw invalid('bearer', 'use 1 to 4096 ASCII characters without spaces, and leave the word Bearer out');
  if (oauth != null) checkTokenUrl(outbound, oauth.tokenUrl);
  return {
    ...(oauth == null ? {} : { oauth: readOAuth(oauth) }),
    ...(bearer == null ? {} : { bearer }),
    ...(tls == null ? {} : { tls: readTls(tls) }),
  };
}

function readOAuth({
  tokenUrl,
  clientId,
  clientSecret,
  scope,
}: OutboundOAuthInput): NonNullable<SenderOutbound['oauth']> {
  return { tokenUrl, clientId, clientSecret, ...(scope == null ? {} : { scope }) };
}

function checkTokenUrl(outbound: Services['outbound'], tokenUrl: string): void {
  try {
    outbound.assertAllowed(tokenUrl);
  } catch (error) {
    if (!(error instanceof OutboundRefused)) throw error;
    throw invalid('oauth.tokenUrl', error.message);
  }
}

function readTls({ certificate, key, authority }: OutboundTlsInput): NonNullable<SenderOutbound['tls']> {
  const wrong = (field: string, remedy: string) => invalid(`tls.${field}`, remedy);
  if ((certificate == null) !== (key == null)) throw wrong('key', 'certificate and key go together');
  for (const [field, pem] of Object.entries({ certificate, authority }))
    if (pem != null && !isCertificate(pem)) throw wrong(field, 'must be a certificate in PEM');
  try {
    if (certificate != null && key != null) createSecureContext({ cert: certificate, key });
  } catch {
    throw wrong('key', 'must be the private key of the certificate, in PEM and without passphrase');
  }
  return {
    ...(certificate == null || key == null ? {} : { cert: certificate, key }),
    ...(authority == null ? {} : { ca: authority }),
  };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
