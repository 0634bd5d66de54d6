/** One token request (RFC 6749 4.4): who asks, for which scopes; a refusal is audited and paid by its address. */
import { randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { readScope } from '../access/scopes.js';
import { recordTransaction } from '../entities/transactions/transaction.repository.js';
import { DIALECTS } from '../protocol/dialects/dialects.js';
import { authenticateClient } from './client-authentication.js';
import { rateLimitHeaders } from './rate-limit.headers.js';
import type { FacadeServices } from './services.js';
import { TokenRefused } from './token-refused.js';
import { cutText } from '../protocol/text.js';

export interface IssuedToken {
  accessToken: string;
  /** Whether its client can read `expires_in` as a number only. */
  numericExpiry: boolean;
  /** As granted; absent where none were asked for. */
  scope?: string;
}

/** @throws TokenRefused */
export async function issueToken(services: FacadeServices, request: Request): Promise<IssuedToken> {
  refuseBlocked(services, request);
  const { inAddress, ...given } = fieldsOf(request);
  const form = readForm(given.form);
  const { sender, thumbprint } = await authenticateClient(services, request, form);
  // Told to nobody else: who is known here, and how they speak, would show in it.
  if (inAddress && DIALECTS[sender.dialect].tokenInQuery !== true) throw notAForm(sender.senderId);
  const { asked, scopes } = readScopes(services, form['scope'], sender.senderId);
  const accessToken = await services.tokens.issue(
    {
      senderId: sender.senderId,
      clientId: sender.clientId,
      credential: sender.credential,
      scopes,
      ...(thumbprint === undefined ? {} : { thumbprint }),
    },
    services.clock(),
  );
  const { numericExpiry = false } = DIALECTS[sender.dialect];
  return { accessToken, numericExpiry, ...(asked.length === 0 ? {} : { scope: asked.join(' ') }) };
}

/** Writes the refusal to the audit and charges the address; too many are refused as such. */
export async function settleRefusal(
  services: FacadeServices,
  request: Request,
  refused: TokenRefused,
): Promise<TokenRefused> {
  if (refused.status === 429) return refused;
  const quota = await services.limiter.byUnproven({ address: request.ip });
  if (quota.allowed || quota.first) await recordRefusal(services, request, refused);
  return quota.allowed ? refused : tooMany(quota);
}

function refuseBlocked({ limiter }: FacadeServices, request: Request): void {
  const quota = limiter.blockedUnproven({ address: request.ip });
  if (quota !== undefined) throw tooMany(quota);
}

function tooMany(quota: Parameters<typeof rateLimitHeaders>[0][number]): TokenRefused {
  return new TokenRefused(
    429,
    'temporarily_unavailable',
    'too many refused requests: wait as Retry-After says',
    undefined,
    { 'Retry-After': String(quota.reset), ...rateLimitHeaders([quota]) },
  );
}

type Form = Record<string, unknown>;

/** In the body; in the address (RFC 6749 2.3.1 says why not) for clients whose dialect has no other way. */
function fieldsOf(request: Request): { form: Form; inAddress: boolean } {
  const form = request.is('application/x-www-form-urlencoded') ? ((request.body ?? {}) as Form) : undefined;
  if (form !== undefined && Object.keys(form).length > 0) return { form, inAddress: false };
  if (typeof request.query['client_id'] === 'string') return { form: request.query, inAddress: true };
  if (form !== undefined) return { form, inAddress: false };
  throw notAForm();
}

const notAForm = (senderId?: string): TokenRefused =>
  new TokenRefused(
    415,
    'invalid_request',
    'Content-Type: send application/x-www-form-urlencoded, with everything in the body',
    senderId,
  );

/** What is read of a form: one of each, and an empty one is as if it were left out (RFC 6749 3.2). */
const READ = ['grant_type', 'client_id', 'client_secret', 'scope', 'client_assertion', 'client_assertion_type'];

function readForm(sent: Form): Form {
  const twice = READ.find((name) => Array.isArray(sent[name]));
  if (twice !== undefined) throw new TokenRefused(400, 'invalid_request', `${twice}: send it once`);
  const form = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== ''));
  const grant = form['grant_type'];
  if (grant === undefined) throw new TokenRefused(400, 'invalid_request', 'grant_type: send client_credentials');
  if (grant !== 'client_credentials')
    throw new TokenRefused(400, 'unsupported_grant_type', 'grant_type: only client_credentials is offered');
  return form;
}

/** What is not understood is not granted (RFC 6749 3.3); a request of nothing else is refused. */
function readScopes({ registries }: FacadeServices, scope: unknown, senderId: string) {
  const words = typeof scope === 'string' ? scope.split(' ').filter((word) => word !== '') : [];
  const asked = words.filter((word) => readScope(registries, word) !== undefined);
  if (words.length > 0 && asked.length === 0)
    throw new TokenRefused(
      400,
      'invalid_scope',
      'scope: use such as registry.search or registry.social.search, separated by spaces',
      senderId,
    );
  return { asked, scopes: [...new Set(asked.flatMap((word) => readScope(registries, word) ?? []))] };
}

async function recordRefusal(services: FacadeServices, request: Request, refused: TokenRefused): Promise<void> {
  const now = services.clock();
  const entry = {
    senderId: refused.senderId ?? null,
    messageId: null,
    transactionId: null,
    correlationId: randomUUID(),
    action: 'token',
    channel: 'SYNC',
    operation: null,
    registry: null,
    status: 'REJECTED',
    statusReasonCode: refused.status === 401 ? 'err.request.unauthorized' : 'err.request.bad',
    statusReasonMessage: cutText(`${refused.error}: ${refused.message}`, 999),
    digest: null,
    claim: false,
    receivedAt: now,
    processedAt: now,
    remoteAddress: request.ip ?? null,
  } as const;
  await recordTransaction(services.database, services.vault, entry, now);
}
