/** An OpenID Connect issuer with a page to sign in on, and the console as its public client (authorization code, PKCE). */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair } from 'jose';
import { Provider } from 'oidc-provider';

export const AUDIENCE = 'https://gateway.test/admin';

export interface SignInIssuer {
  issuer: string;
  env: Record<string, string>;
  close(): Promise<void>;
}

/** @param roles of everybody who signs in, whatever name they give */
export async function startSignInIssuer(gatewayUrl: string, roles: string[]): Promise<SignInIssuer> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { privateKey } = await generateKeyPair('ES256', { extractable: true });
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'ES256', use: 'sig', kid: 'issuer-key' }] },
    clients: [
      {
        client_id: 'console',
        token_endpoint_auth_method: 'none',
        redirect_uris: [`${gatewayUrl}/console/signed-in`],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    clientBasedCORS: (_ctx, origin) => origin === gatewayUrl,
    findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    extraTokenClaims: () => ({ roles }),
    features: {
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx, audience) => ({
          audience,
          scope: '',
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
    env: { ADMIN_OIDC_ISSUER: issuer, ADMIN_OIDC_AUDIENCE: AUDIENCE, ADMIN_OIDC_CLIENT_ID: 'console' },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
