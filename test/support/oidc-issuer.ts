/** A certified OpenID Connect issuer (npm oidc-provider) in this process; each client of it is one administrator. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { Provider, type Adapter, type AdapterPayload } from 'oidc-provider';

export const AUDIENCE = 'https://gateway.test/admin';

export interface OidcIssuer {
  issuer: string;
  /** Environment of a gateway that trusts it. */
  env: Record<string, string>;
  /** An access token of the administrator `name`, from the token endpoint. */
  token(name: string, audience?: string): Promise<string>;
  /** What it signs when a session ends; each administrator has one session, `session of NAME`. */
  logoutToken(claims: JWTPayload, header?: Record<string, string>): Promise<string>;
  close(): Promise<void>;
}

/** The provider's own memory warns at each start that it is one. */
function memory(): Adapter {
  const kept = new Map<string, AdapterPayload>();
  const none = async () => undefined;
  return {
    upsert: async (id, payload) => void kept.set(id, payload),
    find: async (id) => kept.get(id),
    destroy: async (id) => void kept.delete(id),
    findByUid: none,
    findByUserCode: none,
    consume: none,
    revokeByGrantId: none,
  };
}

/** @param roles of each administrator. @param seconds how long a token of each lives, 600 where left out */
export async function startOidcIssuer(
  roles: Record<string, string[]>,
  seconds: Record<string, number> = {},
): Promise<OidcIssuer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const provider = new Provider(issuer, {
    adapter: memory,
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'issuer-key' }] },
    clients: Object.keys(roles).map((name) => ({
      client_id: name,
      client_secret: `secret-of-${name}`,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      id_token_signed_response_alg: 'ES256',
    })),
    ttl: { ClientCredentials: (_ctx, token) => seconds[token.clientId ?? ''] ?? 600 },
    extraTokenClaims: (_ctx, token) => ({
      realm_access: { roles: roles[String(token.clientId)] ?? [] },
      sid: `session of ${token.clientId}`,
    }),
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_ctx, audience) => ({
          audience,
          scope: 'admin',
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES256' } },
        }),
      },
    },
  });
  const answer = provider.callback();
  server.on('request', (request, response) => void answer(request, response));
  return {
    issuer,
    env: { ADMIN_OIDC_ISSUER: issuer, ADMIN_OIDC_AUDIENCE: AUDIENCE, ADMIN_OIDC_ROLES_CLAIM: 'realm_access.roles' },
    token: async (name, audience = AUDIENCE) => {
      const form = { grant_type: 'client_credentials', resource: audience, scope: 'admin' };
      // RFC 6749 2.3.1: a name may have a colon.
      const credentials = [name, `secret-of-${name}`].map(encodeURIComponent).join(':');
      const response = await fetch(`${issuer}/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
        body: new URLSearchParams(form),
      });
      const body = (await response.json()) as { access_token?: string; error_description?: string };
      if (body.access_token === undefined) throw new Error(body.error_description);
      return body.access_token;
    },
    logoutToken: (claims, header = { typ: 'logout+jwt' }) =>
      new SignJWT({ events: { 'http://schemas.openid.net/event/backchannel-logout': {} }, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: 'issuer-key', ...header })
        .setIssuer(issuer)
        .setAudience(claims.aud ?? AUDIENCE)
        .setIssuedAt(claims.iat)
        .setJti(claims.jti ?? randomUUID())
        .sign(privateKey),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
