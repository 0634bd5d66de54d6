/** Token requests as partners send them. */
import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { JOSE_ALGORITHMS } from '../../src/protocol/signature/algorithm.js';
import type { SigningKey } from '../../src/protocol/signature/signature.js';

export interface TokenAnswer {
  status: number;
  headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests assert the shape
  body: any;
}

export async function askToken(
  url: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
  path = '/oauth2/token',
): Promise<TokenAnswer> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', ...form });
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

export const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

/** A client assertion (RFC 7523); `claims` replaces members, `undefined` leaves one out. */
export async function assertionOf(
  { clientId, key }: { clientId: string; key: SigningKey },
  audience: string,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
): Promise<Record<string, string>> {
  const now = Math.floor(Date.now() / 1000);
  const all = { iss: clientId, sub: clientId, aud: audience, jti: randomUUID(), iat: now, exp: now + 50, ...claims };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  const assertion = await new SignJWT(given)
    .setProtectedHeader({ alg: JOSE_ALGORITHMS[key.algorithm], kid: key.kid, ...header })
    .sign(key.privateKey);
  return { client_assertion_type: ASSERTION_TYPE, client_assertion: assertion };
}
