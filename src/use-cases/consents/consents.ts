/** Granting and revoking consent. The audit names the consent by its id: it outlives the person's data. */
import type { Admin } from '../../access/principal.js';
import { Consent } from '../../entities/agreements/consent.entity.js';
import { addRow } from '../../entities/database/database.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { canonicalPaths } from '../../protocol/registries/records/fields.js';
import { giveForLive } from '../../sources/given-consents.js';
import { changeAsAdmin } from '../admin-change.js';
import { snapshot } from '../audited.js';
import type { Services } from '../services.js';
import { checkNarrowing } from '../given.js';
import { conflict, invalid } from '../errors.js';
import { lockById } from '../locked-row.js';
import { readPersonIdentifier } from '../records/identifier.input.js';
import { definitionOf } from '../records/records.js';
import { AWAY, liveHolders, unlessAway } from '../records/served-records.js';
import { findSender } from '../senders/senders.js';
import type { GrantConsentInput } from './consent.types.js';

export async function grantConsent(services: Services, admin: Admin, input: GrantConsentInput): Promise<Consent> {
  const definition = definitionOf(services, input.registry);
  const values = readInput(definition, input, services.clock());
  const identifier = { type: values.identifierType, value: values.identifierValue };
  // Where their source is away, whose it is shows when it is asked for.
  const holders = await unlessAway(liveHolders(services, definition, identifier));
  return changeAsAdmin(services, admin, async (unit) => {
    if (values.senderId !== null) await findSender(unit, values.senderId);
    const consent = addRow(unit.em, Consent, { ...values, grantedBy: admin.subject });
    await unit.em.flush();
    for (const one of holders === AWAY ? [] : holders) await giveForLive(unit, consent, one);
    return { result: consent, change: changeOf('grantConsent', consent, undefined, snapshot('Consent', consent)) };
  });
}

/** Ends it at once: the next question finds nothing. */
export function revokeConsent(services: Services, admin: Admin, id: string, reason?: string): Promise<Consent> {
  return changeAsAdmin(services, admin, async (unit) => {
    const consent = await lockById(unit, Consent, id, 'id');
    if (consent.revokedAt != null) throw conflict('id', 'this consent was revoked before');
    const before = snapshot('Consent', consent);
    consent.revokedAt = services.clock();
    consent.revokedBy = admin.subject;
    return {
      result: consent,
      change: { ...changeOf('revokeConsent', consent, before, snapshot('Consent', consent)), reason },
    };
  });
}

function readInput(definition: RegistryDefinition, input: GrantConsentInput, now: Date) {
  const { senderId, organizationKind, purposes, fields, validUntil, evidence } = input;
  const identifier = readPersonIdentifier(definition, input.identifier, 'identifier');
  if (isBlank(senderId) === isBlank(organizationKind))
    throw invalid('senderId', 'give it or organizationKind, one of the two');
  checkNarrowing('purposes', purposes);
  const validFrom = input.validFrom ?? now;
  if (validUntil != null && validUntil <= validFrom) throw invalid('validUntil', 'must lie after validFrom');
  return {
    registry: definition.registry,
    identifierType: identifier.type,
    identifierValue: identifier.value,
    senderId: isBlank(senderId) ? null : senderId,
    organizationKind: isBlank(organizationKind) ? null : organizationKind,
    purposes: purposes ?? null,
    fields: readFields(definition, fields),
    validFrom,
    validUntil: validUntil ?? null,
    evidence: evidence ?? null,
  };
}

/** As canonical paths of every record type, so that a search can compare them. */
function readFields(definition: RegistryDefinition, fields: string[]): string[] {
  if (fields.length === 0) throw invalid('fields', 'name at least one path, or "*"');
  const paths = fields.flatMap((field) => {
    const known = canonicalPaths(definition, field);
    if (known.length === 0)
      throw invalid(
        'fields',
        `${JSON.stringify(field)} is no field of the registry ${definition.registry}: use paths of its dictionary, such as name.surname`,
      );
    return known;
  });
  return [...new Set(paths)];
}

const isBlank = (text: string | null | undefined): text is null | undefined | '' => text == null || text.trim() === '';

function changeOf(action: string, { id }: Consent, before?: Record<string, unknown>, after?: Record<string, unknown>) {
  return { action, targetType: 'Consent', targetId: id, before, after };
}
