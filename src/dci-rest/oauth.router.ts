/** OAuth2 client credentials (RFC 6749 4.4; protocol 6.1), the JWKS, and the metadata document (RFC 8414). */
import express, { Router, type Request, type Response } from 'express';
import { secretMatches } from '../access/token.js';
import { TooManyRequests } from '../protocol/errors.js';
import { recordTransaction } from '../entities/transaction.repository.js';
import { randomUUID } from 'node:crypto';
import type { FacadeServices } from './services.js';

export interface OAuthSettings {
  publicUrl: string;
  tokenTtlSeconds: number;
}

const TOKEN_PATHS = { '/oauth2/client/token': String, '/oauth2/token': Number } as const;
/** Compared against when the client is unknown, so that both refusals cost the same. */
const NO_SECRET = Buffer.alloc(32).toString('base64url');

export function oauthRouter(services: FacadeServices, settings: OAuthSettings): Router {
  const router = Router();
  for (const [path, expiresIn] of Object.entries(TOKEN_PATHS))
    router.post(path, express.urlencoded({ extended: false, limit: 10_000 }), async (request, response) => {
      response.set('Cache-Control', 'no-store');
      try {
        await services.limiter.byAddress(request.ip);
      } catch (error) {
        if (!(error instanceof TooManyRequests)) throw error;
        return refuse(
          response.set('Retry-After', String(error.retryAfter)),
          429,
          'temporarily_unavailable',
          error.message,
        );
      }
      return issueToken(services, settings, request, response, expiresIn);
    });
  router.get('/.well-known/jwks.json', async (_request, response) => {
    response.set('Cache-Control', 'public, max-age=60').json(await services.keyRing.jwks());
  });
  router.get('/.well-known/oauth-authorization-server', (_request, response) => {
    response.json({
      issuer: settings.publicUrl,
      token_endpoint: `${settings.publicUrl}/oauth2/token`,
      jwks_uri: `${settings.publicUrl}/.well-known/jwks.json`,
      grant_types_supported: ['client_credentials'],
      response_types_supported: [],
      token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
    });
  });
  return router;
}

async function issueToken(
  services: FacadeServices,
  { tokenTtlSeconds }: OAuthSettings,
  request: Request,
  response: Response,
  expiresIn: (seconds: number) => string | number,
): Promise<void> {
  const form = (request.body ?? {}) as Record<string, unknown>;
  if (!request.is('application/x-www-form-urlencoded'))
    return refuse(response, 415, 'invalid_request', 'Content-Type: send application/x-www-form-urlencoded');
  if (form['grant_type'] !== 'client_credentials')
    return form['grant_type'] === undefined
      ? refuse(response, 400, 'invalid_request', 'grant_type: send client_credentials')
      : refuse(response, 400, 'unsupported_grant_type', 'grant_type: only client_credentials is offered');
  const client = readClient(request, form);
  if (client === undefined)
    return refuse(
      response,
      400,
      'invalid_request',
      'client_id and client_secret: send both, in the form or as HTTP Basic',
    );
  const sender = await services.directory.byClientId(client.id);
  const matches = secretMatches(client.secret, sender?.clientSecretHash ?? NO_SECRET);
  if (sender === undefined || !matches || sender.state !== 'ACTIVE') {
    await recordRefusal(services, request, sender !== undefined && matches ? sender.senderId : null);
    response.set('WWW-Authenticate', 'Basic realm="oauth2"');
    return refuse(response, 401, 'invalid_client', 'client_id or client_secret is wrong, or the client is not active');
  }
  const scopes = typeof form['scope'] === 'string' ? form['scope'].split(' ').filter((scope) => scope !== '') : [];
  const token = await services.tokens.issue(
    { senderId: sender.senderId, clientId: sender.clientId, scopes },
    services.clock(),
  );
  response.json({
    access_token: token,
    token_type: 'bearer',
    expires_in: expiresIn(tokenTtlSeconds),
    ...(scopes.length === 0 ? {} : { scope: scopes.join(' ') }),
  });
}

function readClient(request: Request, form: Record<string, unknown>): { id: string; secret: string } | undefined {
  const [scheme, credentials = ''] = (request.headers.authorization ?? '').split(' ');
  if (scheme?.toLowerCase() === 'basic') {
    const [id = '', ...secret] = Buffer.from(credentials, 'base64').toString('utf8').split(':');
    return { id: decode(id), secret: decode(secret.join(':')) };
  }
  const { client_id: id, client_secret: secret } = form;
  return typeof id === 'string' && typeof secret === 'string' && id !== '' ? { id, secret } : undefined;
}

/** RFC 6749 2.3.1: both halves are form-encoded inside the Basic credentials. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

async function recordRefusal(services: FacadeServices, request: Request, senderId: string | null): Promise<void> {
  const now = services.clock();
  await recordTransaction(
    services.database,
    services.vault,
    {
      senderId,
      messageId: null,
      transactionId: null,
      correlationId: randomUUID(),
      action: 'token',
      channel: 'SYNC',
      operation: null,
      registry: null,
      status: 'REJECTED',
      statusReasonCode: 'err.request.unauthorized',
      statusReasonMessage: 'invalid_client',
      digest: null,
      claim: false,
      receivedAt: now,
      processedAt: now,
      remoteAddress: request.ip ?? null,
    },
    now,
  );
}

function refuse(response: Response, status: number, error: string, description: string): void {
  response
    .status(status)
    .json({ error, error_description: description, errors: [{ code: error, message: description }] });
}
