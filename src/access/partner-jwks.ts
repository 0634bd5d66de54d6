/** A sender's published keys (RFC 7517), read only from the URL that an administrator registered. */
import { z } from 'zod';
import type { KeyUse } from '../entities/database/enums.js';
import type { Outbound } from '../platform/outbound-http.js';
import { importPublicKey, KeyInvalid, type ImportedKey } from '../protocol/signature/keys.js';

export interface PublishedSenderKey extends Omit<ImportedKey, 'keyObject'> {
  kid: string;
  use: KeyUse;
}

export class JwksUnreadable extends Error {
  override readonly name = 'JwksUnreadable';
}

const TIMEOUT_MS = 5000;
const MAX_KEYS = 50;
const jwks = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(MAX_KEYS) });

/**
 * Keys of kinds that are not accepted are skipped: a partner may publish them for others.
 *
 * @throws OutboundRefused, OutboundFailed, JwksUnreadable
 */
export async function fetchPartnerJwks(
  outbound: Pick<Outbound, 'request'>,
  url: string,
  senderId: string,
): Promise<PublishedSenderKey[]> {
  const headers = { accept: 'application/jwk-set+json, application/json' };
  const { status, body, truncated } = await outbound.request({ url, method: 'GET', headers, timeoutMs: TIMEOUT_MS });
  if (status !== 200)
    throw new JwksUnreadable(`jwksUrl answered ${status}: it must answer 200 itself, redirects are not followed`);
  if (truncated) throw new JwksUnreadable('jwksUrl answered more than a key set holds');
  const read = jwks.safeParse(parse(body));
  if (!read.success) throw new JwksUnreadable('jwksUrl did not answer with a JSON Web Key Set');
  return read.data.keys.flatMap((jwk) => readKey(jwk, senderId));
}

function readKey(jwk: Record<string, unknown>, senderId: string): PublishedSenderKey[] {
  const kid = typeof jwk['kid'] === 'string' ? bareKid(jwk['kid'], senderId) : undefined;
  if (kid === undefined) return [];
  const use: KeyUse = jwk['use'] === 'enc' ? 'ENC' : 'SIG';
  try {
    const { algorithm, publicJwk, fingerprint } = importPublicKey({ jwk, use });
    return [{ kid, use, algorithm, publicJwk, fingerprint }];
  } catch (error) {
    if (error instanceof KeyInvalid) return [];
    throw error;
  }
}

/** Some publish the whole `{sender_id}|{kid}|{alg}` that stands in `kidId`. */
function bareKid(kid: string, senderId: string): string | undefined {
  const [owner, own] = kid.split('|');
  const bare = own === undefined ? kid : owner === senderId ? own : '';
  return /^[\x21-\x7e]{1,255}$/.test(bare) && !/["|]/.test(bare) ? bare : undefined;
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
