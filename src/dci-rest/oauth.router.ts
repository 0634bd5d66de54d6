/** OAuth2 client credentials (RFC 6749 4.4; protocol 6.1), the JWKS, the metadata document (RFC 8414), and an empty tree of places. */
import express, { Router, type ErrorRequestHandler, type Request, type Response } from 'express';
import type { MethodNotAllowed } from '../protocol/errors.js';
import { onlyTakes } from './only-takes.js';
import { SCOPES } from '../access/scopes.js';
import type { FacadeServices } from './services.js';
import { issueToken, settleRefusal } from './token.handler.js';
import { TokenRefused } from './token-refused.js';

export interface OAuthSettings {
  publicUrl: string;
  tokenTtlSeconds: number;
}

/** Path → form of `expires_in`: a string as the specification has it, a number as RFC 6749 does. */
const TOKEN_PATHS = { '/oauth2/client/token': String, '/oauth2/token': Number } as const;
const WELL_KNOWN = ['jwks.json', 'oauth-authorization-server', 'locations.json'].map((name) => `/.well-known/${name}`);
const MAX_FORM_BYTES = 10_000;

export function oauthRouter(services: FacadeServices, settings: OAuthSettings): Router {
  const router = Router();
  const form = express.urlencoded({ extended: false, limit: MAX_FORM_BYTES, parameterLimit: 50 });
  const refused = formRefused(services);
  for (const [path, expiresIn] of Object.entries(TOKEN_PATHS))
    router.post(
      path,
      form,
      (request: Request, response: Response) => answerToken(services, settings, request, response, expiresIn),
      refused,
    );
  router.get('/.well-known/jwks.json', async (_request, response) => {
    response.set('Cache-Control', 'public, max-age=60').json(await services.keyRing.jwks(services.settings.serverId));
  });
  router.get('/.well-known/oauth-authorization-server', (_request, response) => {
    response.json(metadata(services, settings));
  });
  // Clients of OpenCRVS read a tree of places there; this server publishes none.
  router.get('/.well-known/locations.json', (_request, response) => {
    response.json({ locations: [] });
  });
  router.all(Object.keys(TOKEN_PATHS), onlyTakes('POST', refuseMethod));
  router.all(WELL_KNOWN, onlyTakes('GET, HEAD', refuseMethod));
  return router;
}

function refuseMethod({ message }: MethodNotAllowed, _request: Request, response: Response): void {
  response.status(405).json(errorBody('invalid_request', message));
}

async function answerToken(
  services: FacadeServices,
  { tokenTtlSeconds }: OAuthSettings,
  request: Request,
  response: Response,
  expiresIn: (seconds: number) => string | number,
): Promise<void> {
  response.set('Cache-Control', 'no-store');
  try {
    const { accessToken, numericExpiry, ...scope } = await issueToken(services, request);
    response.json({
      access_token: accessToken,
      token_type: 'bearer',
      expires_in: numericExpiry ? tokenTtlSeconds : expiresIn(tokenTtlSeconds),
      ...scope,
    });
  } catch (error) {
    await refuse(services, request, response, error);
  }
}

async function refuse(services: FacadeServices, request: Request, response: Response, error: unknown): Promise<void> {
  if (!(error instanceof TokenRefused)) {
    services.log.error({ err: error }, 'a token request failed');
    const message = 'no token can be issued now; try again later';
    response.status(503).set('Retry-After', '5').json(errorBody('temporarily_unavailable', message));
    return;
  }
  const { status, headers, error: code, message } = await settleRefusal(services, request, error);
  if (status === 401) response.set('WWW-Authenticate', 'Basic realm="oauth2"');
  response.status(status).set(headers).json(errorBody(code, message));
}

/** RFC 6749 and HttpErrorResponse of the specification at once. */
const errorBody = (error: string, description: string) => ({
  error,
  error_description: description,
  errors: [{ code: error, message: description }],
});

/** What `express.urlencoded` refuses: too large, too many fields, or an encoding it does not know. */
function formRefused(services: FacadeServices): ErrorRequestHandler {
  return async (error: { status?: number }, request, response, _next) => {
    const malformed = error.status !== undefined && error.status < 500;
    const refused = new TokenRefused(400, 'invalid_request', `body: a form of at most ${MAX_FORM_BYTES} bytes`);
    await refuse(services, request, response, malformed ? refused : error);
  };
}

function metadata({ mtlsHeader }: FacadeServices, { publicUrl }: OAuthSettings) {
  const mutualTls = mtlsHeader === undefined ? [] : ['tls_client_auth', 'self_signed_tls_client_auth'];
  return {
    issuer: publicUrl,
    token_endpoint: `${publicUrl}/oauth2/token`,
    jwks_uri: `${publicUrl}/.well-known/jwks.json`,
    scopes_supported: SCOPES,
    response_types_supported: [],
    grant_types_supported: ['client_credentials'],
    token_endpoint_auth_methods_supported: [
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
      ...mutualTls,
    ],
    token_endpoint_auth_signing_alg_values_supported: ['EdDSA', 'RS256', 'ES256'],
    tls_client_certificate_bound_access_tokens: mtlsHeader !== undefined,
    service_documentation: `${publicUrl}/dci/v1/docs`,
  };
}
