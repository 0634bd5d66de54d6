/** The key of a consent controller that a signature names; its published set is read again where the key is not in it. */
import { keepJwks, type KnownController } from '../entities/agreements/consent-controller.repository.js';
import type { Sql } from '../entities/database/database.js';
import { OutboundFailed, OutboundRefused } from '../platform/outbound-errors.js';
import type { Outbound } from '../platform/outbound-http.js';
import type { VerificationKey } from '../protocol/signature/signature.js';
import { importPublicKey, KeyInvalid } from '../protocol/signature/keys.js';
import { fetchPartnerJwks, JwksUnreadable } from './partner-jwks.js';

export interface KeyServices {
  database: Sql;
  outbound: Pick<Outbound, 'request'>;
}

/** A key that was withdrawn counts no longer than this; a kid that is not there is not asked for more often. */
const FRESH_MS = 300_000;
const AGAIN_MS = 10_000;

export async function controllerKey(
  { database, outbound }: KeyServices,
  controller: KnownController,
  kid: string,
  now: Date,
): Promise<VerificationKey | undefined> {
  const known = findKey(controller.jwks, kid);
  const age = now.getTime() - new Date(controller.jwksFetchedAt).getTime();
  if (controller.jwksUrl === null || age < (known === undefined ? AGAIN_MS : FRESH_MS)) return known;
  const jwks = await readJwks(outbound, controller.jwksUrl, controller.issuer);
  // Of keys that cannot be read again none counts.
  if (jwks === undefined) return undefined;
  await keepJwks(database, controller.id, jwks, now);
  return findKey(jwks, kid);
}

/** @throws JwksUnreadable, OutboundRefused, OutboundFailed */
export async function fetchJwks(
  outbound: Pick<Outbound, 'request'>,
  url: string,
  issuer: string,
): Promise<KnownController['jwks']> {
  const keys = await fetchPartnerJwks(outbound, url, issuer);
  return { keys: keys.filter(({ use }) => use === 'SIG').map(({ kid, publicJwk }) => ({ ...publicJwk, kid })) };
}

async function readJwks(outbound: Pick<Outbound, 'request'>, url: string, issuer: string) {
  try {
    return await fetchJwks(outbound, url, issuer);
  } catch (error) {
    if (error instanceof JwksUnreadable || error instanceof OutboundFailed || error instanceof OutboundRefused)
      return undefined;
    throw error;
  }
}

function findKey({ keys }: KnownController['jwks'], kid: string): VerificationKey | undefined {
  const jwk = keys.find((key) => key['kid'] === kid);
  if (jwk === undefined) return undefined;
  try {
    const { algorithm, keyObject } = importPublicKey({ jwk });
    return { kid, algorithm: algorithm as VerificationKey['algorithm'], keyObject };
  } catch (error) {
    if (error instanceof KeyInvalid) return undefined;
    throw error;
  }
}
