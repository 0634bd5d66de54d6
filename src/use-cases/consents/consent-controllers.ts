/** Who may sign consents in messages. */
import type { Admin } from '../../access/principal.js';
import { ConsentController } from '../../entities/agreements/consent-controller.entity.js';
import { keepRevoked } from '../../entities/agreements/shown-consent.repository.js';
import { addRow } from '../../entities/database/database.js';
import { OutboundRefused } from '../../platform/outbound-errors.js';
import { isUuid } from '../../platform/uuid.js';
import { changeAsAdmin } from '../admin-change.js';
import { snapshot } from '../audited.js';
import { conflict, invalid, notFound } from '../errors.js';
import { lockById } from '../locked-row.js';
import { definitionOf } from '../records/records.js';
import type { Services } from '../services.js';
import type { RegisterConsentControllerInput, UpdateConsentControllerInput } from './consent.types.js';
import { keysOf } from './controller-keys.js';

export async function registerConsentController(
  services: Services,
  admin: Admin,
  input: RegisterConsentControllerInput,
): Promise<ConsentController> {
  const { name, issuer, jwksUrl = null, registries, receiptStatusUrl, presenter = null } = input;
  if (!/^[\x21-\x7e]{1,255}$/.test(issuer)) throw invalid('issuer', 'use 1 to 255 ASCII characters without spaces');
  checkFacts(services, input);
  const jwks = await keysOf(services, input);
  return changeAsAdmin(services, admin, async (unit) => {
    if ((await unit.em.count(ConsentController, { issuer })) > 0)
      throw conflict('issuer', 'a consent controller with this issuer exists');
    const controller = addRow(unit.em, ConsentController, {
      name,
      issuer,
      jwksUrl,
      registries,
      jwks,
      presenter,
      receiptStatusUrl: withoutSlash(receiptStatusUrl),
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

/** A key that is not in its new set counts no longer, from the next question on. */
export async function updateConsentController(
  services: Services,
  admin: Admin,
  id: string,
  { jwks, jwksUrl, ...facts }: UpdateConsentControllerInput,
): Promise<ConsentController> {
  checkFacts(services, facts);
  const known = isUuid(id) ? await services.database.em().findOne(ConsentController, { id }) : null;
  if (known === null) throw notFound('id', 'no such consent controller');
  const { issuer } = known;
  const renewed = jwks != null || jwksUrl != null;
  const keys = renewed
    ? {
        jwks: await keysOf(services, { issuer, jwksUrl, jwks }),
        jwksUrl: jwksUrl ?? null,
        jwksFetchedAt: services.clock(),
      }
    : {};
  return changeAsAdmin(services, admin, async (unit) => {
    const controller = await lockById(unit, ConsentController, id, 'id');
    if (controller.revokedAt != null) throw conflict('id', 'this consent controller was revoked');
    const before = snapshot('ConsentController', controller);
    const given = Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined));
    Object.assign(controller, given, keys);
    if (facts.receiptStatusUrl !== undefined) controller.receiptStatusUrl = withoutSlash(facts.receiptStatusUrl);
    const after = snapshot('ConsentController', controller);
    return { result: controller, change: changeOf('updateConsentController', controller, before, after) };
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

/** One consent of its, whether it was shown before or not, counts no more, nor does an answer that still waits to leave. */
export function revokeMessageConsent(
  services: Services,
  admin: Admin,
  { controllerId, jti, reason }: { controllerId: string; jti: string; reason?: string | undefined },
): Promise<ConsentController> {
  if (jti === '' || jti.length > 255) throw invalid('jti', 'give the number of the consent, up to 255 characters');
  return changeAsAdmin(services, admin, async (unit) => {
    const controller = await lockById(unit, ConsentController, controllerId, 'controllerId');
    if (!(await keepRevoked(unit, { controllerId, jti }, services.clock(), admin.subject)))
      throw conflict('jti', 'this consent was revoked before');
    const change = changeOf('revokeMessageConsent', controller, undefined, { jti });
    return { result: controller, change: { ...change, reason } };
  });
}

function checkFacts(
  services: Services,
  { name, registries, receiptStatusUrl, presenter }: Omit<UpdateConsentControllerInput, 'jwks' | 'jwksUrl'>,
): void {
  if (name === null || name?.trim() === '') throw invalid('name', 'must not be empty');
  if (registries === null || registries?.length === 0) throw invalid('registries', 'name at least one');
  for (const registry of registries ?? []) definitionOf(services, registry);
  if (presenter != null && !/^[\x21-\x7e]{1,255}$/.test(presenter))
    throw invalid('presenter', 'use the id of a sender, or leave it out');
  if (receiptStatusUrl == null) return;
  try {
    services.outbound.assertAllowed(receiptStatusUrl);
  } catch (error) {
    if (!(error instanceof OutboundRefused)) throw error;
    throw invalid('receiptStatusUrl', error.message);
  }
}

const withoutSlash = (url: string | null | undefined): string | null => url?.replace(/\/+$/, '') ?? null;

function changeOf(
  action: string,
  { id }: ConsentController,
  before?: Record<string, unknown>,
  after?: Record<string, unknown>,
) {
  return { action, targetType: 'ConsentController', targetId: id, before, after };
}
