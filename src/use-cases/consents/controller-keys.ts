/** The keys of a consent controller: given, or read from where it publishes them. Public halves only, whatever was given. */
import { fetchJwks } from '../../access/consent-keys.js';
import { JwksUnreadable } from '../../access/partner-jwks.js';
import type { ConsentController } from '../../entities/agreements/consent-controller.entity.js';
import { isObject } from '../../platform/plain-object.js';
import { OutboundFailed, OutboundRefused } from '../../platform/outbound-errors.js';
import { importPublicKey, KeyInvalid } from '../../protocol/signature/keys.js';
import { invalid } from '../errors.js';
import type { Services } from '../services.js';
import type { RegisterConsentControllerInput } from './consent.types.js';

type Jwks = ConsentController['jwks'];

/** @throws DomainError INVALID */
export async function keysOf(
  { outbound }: Services,
  { issuer, jwksUrl, jwks }: Pick<RegisterConsentControllerInput, 'issuer' | 'jwksUrl' | 'jwks'>,
): Promise<Jwks> {
  if ((jwksUrl == null) === (jwks == null)) throw invalid('jwksUrl', 'give it or jwks, one of the two');
  const read = jwksUrl == null ? readJwks(jwks) : await fetched(outbound, jwksUrl, issuer);
  if (read.keys.length === 0)
    throw invalid(jwksUrl == null ? 'jwks' : 'jwksUrl', 'holds no key that signatures are verified with');
  return read;
}

async function fetched(outbound: Services['outbound'], url: string, issuer: string): Promise<Jwks> {
  try {
    return await fetchJwks(outbound, url, issuer);
  } catch (error) {
    if (error instanceof JwksUnreadable || error instanceof OutboundFailed || error instanceof OutboundRefused)
      throw invalid('jwksUrl', error.message);
    throw error;
  }
}

function readJwks(jwks: unknown): Jwks {
  const keys: unknown = isObject(jwks) ? jwks['keys'] : undefined;
  if (!Array.isArray(keys)) throw invalid('jwks', 'give a JSON Web Key Set: {"keys": […]}');
  return { keys: keys.map((jwk: unknown, at) => readKey(jwk, at)) };
}

function readKey(jwk: unknown, at: number): Record<string, unknown> {
  if (!isObject(jwk) || typeof jwk['kid'] !== 'string' || jwk['kid'] === '')
    throw invalid('jwks', `keys[${at}] needs a kid`);
  try {
    return { ...importPublicKey({ jwk }).publicJwk, kid: jwk['kid'] };
  } catch (error) {
    if (error instanceof KeyInvalid) throw invalid('jwks', `keys[${at}]: ${error.message}`);
    throw error;
  }
}
