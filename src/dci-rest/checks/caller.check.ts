/** Who is calling, and what it may do at all. */
import { isRegistered } from '../../access/client-certificate.js';
import { forbiddenBy, type AccessReason } from '../../access/decide-access.js';
import { scopesAllow } from '../../access/scopes.js';
import type { KnownSender } from '../../access/sender-directory.js';
import type { TokenClaims } from '../../access/token.js';
import { encryptionKeyOf } from '../../messages/outgoing.js';
import { EncryptionInvalid, SenderInvalid, TokenInvalid } from '../../protocol/errors.js';
import type { Exchange } from '../exchange.js';
import type { FacadeServices } from '../services.js';

export async function requireToken(
  exchange: Exchange,
  { tokens, clock }: Pick<FacadeServices, 'tokens' | 'clock'>,
): Promise<void> {
  const [scheme, token, ...rest] = (exchange.request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() !== 'bearer' || token === undefined || token === '' || rest.length > 0)
    throw new TokenInvalid('Authorization: send Bearer and an access token from /oauth2/client/token');
  const claims = await tokens.verify(token, clock());
  if (claims.thumbprint !== undefined && claims.thumbprint !== exchange.request.certificate?.thumbprint)
    throw new TokenInvalid('the access token is bound to a client certificate: send it over mutual TLS');
  exchange.token = claims;
}

/** The token's sender and the message's must be one; an unknown one and another's are told in the same words. */
export async function requireSender(
  exchange: Exchange,
  { directory }: Pick<FacadeServices, 'directory'>,
): Promise<void> {
  const { token } = exchange;
  const named = exchange.namedSender ?? token?.senderId;
  const sender = await issuedTo(token, directory);
  if (token === undefined || sender === undefined || named !== token.senderId)
    throw new SenderInvalid(`${senderField(exchange)}: must be the sender that the access token was issued to`);
  const ended = endedWith(token, sender, exchange);
  if (ended !== undefined) throw new TokenInvalid(`the access token has ended with its ${ended}: get a new one`);
  exchange.sender = token.scopes.length === 0 ? sender : { ...sender, scopes: token.scopes };
  if (sender.state !== 'ACTIVE')
    throw refusal('SENDER_NOT_ACTIVE', 'this sender is not active; ask the registry’s administrator');
}

/** A token is no longer good than what its client proved itself by. */
function endedWith(
  { credential, thumbprint }: TokenClaims,
  sender: KnownSender,
  { request: { certificate }, receivedAt }: Pick<Exchange, 'request' | 'receivedAt'>,
): string | undefined {
  if (credential !== sender.credential) return 'client secret';
  if (thumbprint === undefined) return undefined;
  return certificate !== undefined && isRegistered(certificate, sender, receivedAt) ? undefined : 'client certificate';
}

/** Where the sender names itself; an upload and GraphQL name it by their token alone. */
function senderField({ header, namedSender }: Exchange): string {
  if (header !== undefined) return 'header.sender_id';
  return namedSender === undefined ? 'Authorization' : 'sender_id';
}

const refusal = (reason: Exclude<AccessReason, 'AGREEMENT'>, explanation: string) =>
  forbiddenBy({ allowed: false, reason, explanation });

const issuedTo = async (
  token: TokenClaims | undefined,
  directory: FacadeServices['directory'],
): Promise<KnownSender | undefined> => {
  const sender = token === undefined ? undefined : await directory.bySenderId(token.senderId);
  return sender?.clientId === token?.clientId ? sender : undefined;
};

/** Whom the token alone proves, before the message was read or where it named another; an ended token proves nobody. */
export async function provenByToken(
  exchange: Exchange,
  { directory }: Pick<FacadeServices, 'directory'>,
): Promise<string | undefined> {
  const { token } = exchange;
  const sender = await issuedTo(token, directory);
  if (token === undefined || sender === undefined) return undefined;
  return endedWith(token, sender, exchange) === undefined ? sender.senderId : undefined;
}

/** Accepted work runs later without the token, so its scopes count here. */
export function requireScope(
  { knownSender, operation, definition }: Exchange,
  _: unknown,
  { action }: { action: string },
): void {
  if (!scopesAllow(knownSender.scopes, { action, operation, definition }))
    throw refusal('SCOPE_NOT_GRANTED', `the access token has no scope for ${action}: ask for registry.${action}`);
}

/** Before any work is done: an answer that must be encrypted needs a key to encrypt it to. */
export function requireReplyKey(
  { encrypted, knownSender }: Exchange,
  _: unknown,
  { receiver = false }: { receiver?: boolean },
): void {
  if (!receiver && (encrypted || knownSender.encryptReplies)) encryptionKeyOf(knownSender);
}

/** Forms that have no place for an encrypted message refuse a sender that must get no other. */
export function requireClearReply({ knownSender }: Exchange): void {
  if (knownSender.encryptReplies)
    throw new EncryptionInvalid(
      'replies to this sender must be encrypted, which this form cannot do: use /dci/v1/{registry}/registry/…',
    );
}
