/** Who may sign consents in messages. */
import { fetchJwks } from '../../access/consent-keys.js';
import { JwksUnreadable } from '../../access/partner-jwks.js';
import type { Admin } from '../../access/principal.js';
import { ConsentController } from '../../entities/agreements/consent-controller.entity.js';
import { addRow } from '../../entities/database/database.js';
import { isObject } from '../../platform/plain-object.js';
import { OutboundFailed, OutboundRefused } from '../../platform/outbound-errors.js';
import { importPublicKey, KeyInvalid } from '../../protocol/signature/keys.js';
import { changeAsAdmin } from '../admin-change.js';
import { snapshot } from '../audited.js';
import { conflict, invalid } from '../errors.js';
import { lockById } from '../locked-row.js';
import { definitionOf } from '../records/records.js';
import type { Services } from '../services.js';
import type { RegisterConsentControllerInput } from './consent.types.js';

type Jwks = ConsentController['jwks'];

export async function registerConsentController(
  services: Services,
  admin: Admin,
  input: RegisterConsentControllerInput,
): Promise<ConsentController> {
  const { name, issuer, jwksUrl, registries } = input;
  if (name.trim() === '') throw invalid('name', 'must not be empty');
  if (!/^[\x21-\x7e]{1,255}$/.test(issuer)) throw invalid('issuer', 'use 1 to 255 ASCII characters without spaces');
  if (registries.length === 0) throw invalid('registries', 'name at least one');
  for (const registry of registries) definitionOf(services, registry);
  const jwks = await keysOf(services, input);
  return changeAsAdmin(services, admin, async (unit) => {
    if ((await unit.em.count(ConsentController, { issuer })) > 0)
      throw conflict('issuer', 'a consent controller with this issuer exists');
    const values = { name, issuer, jwksUrl: jwksUrl ?? null, registries, jwks };
    const controller = addRow(unit.em, ConsentController, {
      ...values,
      jwksFetchedAt: services.clock(),
      createdBy: admin.subject,
    });
    await unit.em.flush();
    return {
      result: controller,
      change: changeOf('registerConsentController', controller, undefined, snapshot('ConsentController', controller)),
    };
  });
}

/** None of its consents counts from the next question on. */
export function revokeConsentController(
  services: Services,
  admin: Admin,
  id: string,
  reason?: string,
): Promise<ConsentController> {
  return changeAsAdmin(services, admin, async (unit) => {
    const controller = await lockById(unit, ConsentController, id, 'id');
    if (controller.revokedAt != null) throw conflict('id', 'this consent controller was revoked before');
    const before = snapshot('ConsentController', controller);
    Object.assign(controller, { revokedAt: services.clock(), revokedBy: admin.subject });
    const change = changeOf('revokeConsentController', controller, before, snapshot('ConsentController', controller));
    return { result: controller, change: { ...change, reason } };
  });
}

async function keysOf(
  { outbound }: Services,
  { issuer, jwksUrl, jwks }: RegisterConsentControllerInput,
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

/** The public halves only, whatever was given. */
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

function changeOf(
  action: string,
  { id }: ConsentController,
  before?: Record<string, unknown>,
  after?: Record<string, unknown>,
) {
  return { action, targetType: 'ConsentController', targetId: id, before, after };
}
