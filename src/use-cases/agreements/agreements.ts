/** The life of an agreement: every version kept with its author, checked against the registry before it counts. */
import type { Admin } from '../../access/principal.js';
import { Agreement, AgreementVersion } from '../../entities/agreements/agreement.entity.js';
import { addRow, type Unit } from '../../entities/database/database.js';
import { ItemRejected } from '../../protocol/errors.js';
import { parseQuery } from '../../protocol/query/parse-query.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { isKnownField } from '../../protocol/registries/records/fields.js';
import { findRecordType } from '../../protocol/registries/registries.js';
import { changeAsAdmin } from '../admin-change.js';
import { snapshot } from '../audited.js';
import type { Services } from '../services.js';
import { DomainError, invalid } from '../errors.js';
import { approve, countChange, propose } from '../four-eyes.js';
import { checkNarrowing, givenOf, presentOf, requireUnchanged } from '../given.js';
import { requireObject } from '../json-object.js';
import { lockById } from '../locked-row.js';
import { findSender } from '../senders/senders.js';
import { AGREEMENT_RULES, isWidened } from '../widening.js';
import type { CreateAgreementInput, UpdateAgreementInput } from './agreement.types.js';

const CLEARABLE = ['recordTypes', 'searchableAttributes', 'purposes', 'rowFilter', 'validUntil'] as const;

export function createAgreement(services: Services, admin: Admin, input: CreateAgreementInput): Promise<Agreement> {
  const { senderId, ...terms } = presentOf(input);
  return changeAsAdmin(services, admin, async (unit) => {
    const sender = await findSender(unit, senderId);
    const agreement = addRow(unit.em, Agreement, {
      ...terms,
      sender,
      validFrom: terms.validFrom ?? services.clock(),
      createdBy: admin.subject,
    });
    checkTerms(services, agreement);
    if (services.settings.fourEyes) propose(agreement, admin);
    keepVersion(unit, agreement, admin);
    await unit.em.flush();
    return {
      result: agreement,
      change: {
        action: 'createAgreement',
        targetType: 'Agreement',
        targetId: agreement.id,
        after: snapshot('Agreement', agreement),
      },
    };
  });
}

export function updateAgreement(
  services: Services,
  admin: Admin,
  id: string,
  input: UpdateAgreementInput,
  was?: UpdateAgreementInput | null,
): Promise<Agreement> {
  return changeAgreement(services, admin, id, 'updateAgreement', (agreement) => {
    requireUnchanged(agreement, was);
    Object.assign(agreement, givenOf(input, CLEARABLE));
    checkTerms(services, agreement);
  });
}

export function approveAgreement(
  services: Services,
  admin: Admin,
  id: string,
  version?: number | null,
): Promise<Agreement> {
  return changeAgreement(services, admin, id, 'approveAgreement', (agreement) => {
    if (agreement.state !== 'PENDING')
      throw new DomainError(
        'CONFLICT',
        `the agreement is ${agreement.state}: only a PENDING one can be approved`,
        'id',
      );
    approve(agreement, admin, services.settings.fourEyes, version);
    agreement.state = 'ACTIVE';
  });
}

export function endAgreement(services: Services, admin: Admin, id: string): Promise<Agreement> {
  return changeAgreement(services, admin, id, 'endAgreement', (agreement) => {
    agreement.state = 'ENDED';
    agreement.endedAt = services.clock();
  });
}

function changeAgreement(
  services: Services,
  admin: Admin,
  id: string,
  action: string,
  change: (agreement: Agreement) => void,
): Promise<Agreement> {
  return changeAsAdmin(services, admin, async (unit) => {
    const agreement = await lockById(unit, Agreement, id, 'id');
    if (agreement.state === 'ENDED') throw new DomainError('CONFLICT', 'the agreement has ended: make a new one', 'id');
    const before = snapshot('Agreement', agreement);
    change(agreement);
    const widens = isWidened(AGREEMENT_RULES, before, snapshot('Agreement', agreement));
    countChange(agreement, admin, { widens, ...services.settings });
    keepVersion(unit, agreement, admin);
    return {
      result: agreement,
      change: { action, targetType: 'Agreement', targetId: id, before, after: snapshot('Agreement', agreement) },
    };
  });
}

function keepVersion({ em }: Unit, agreement: Agreement, admin: Admin): void {
  const { version } = agreement;
  addRow(em, AgreementVersion, { agreement, version, terms: snapshot('Agreement', agreement), author: admin.subject });
}

function checkTerms({ registries }: Services, agreement: Agreement): void {
  const definition = registries.byName(agreement.registry);
  if (definition === undefined) throw invalid('registry', 'this gateway does not serve it');
  if (agreement.operations.length === 0) throw invalid('operations', 'name at least one');
  if (agreement.fields.length === 0) throw invalid('fields', 'name at least one path, or "*"');
  if (agreement.validUntil != null && agreement.validUntil <= agreement.validFrom)
    throw invalid('validUntil', 'must lie after validFrom');
  if (agreement.legalBasis === 'CONSENT') agreement.requiresConsent = true;
  for (const field of ['recordTypes', 'purposes'] as const) checkNarrowing(field, agreement[field]);
  agreement.recordTypes = agreement.recordTypes?.map((name) => recordTypeOf(definition, name)) ?? null;
  for (const field of ['fields', 'searchableAttributes'] as const)
    for (const path of agreement[field] ?? [])
      if (!isKnownField(definition, undefined, path))
        throw invalid(
          field,
          `${JSON.stringify(path)} is no field of the registry ${definition.registry}: use paths of its dictionary, such as name.surname`,
        );
  checkRowFilter(definition, agreement);
}

function recordTypeOf(definition: RegistryDefinition, name: string): string {
  const recordType = findRecordType(definition, name);
  if (recordType === undefined)
    throw invalid('recordTypes', `use one of ${definition.recordTypes.map((type) => type.name).join(', ')}`);
  return recordType.name;
}

/** The filter must be readable for a record type of the agreement; those that it does not fit release nothing. */
function checkRowFilter(definition: RegistryDefinition, { rowFilter, recordTypes }: Agreement): void {
  if (rowFilter == null) return;
  requireObject(rowFilter, 'rowFilter');
  const covered = definition.recordTypes.filter(({ name }) => recordTypes == null || recordTypes.includes(name));
  const problems = covered.map((recordType) => {
    try {
      parseQuery('EXPRESSION', rowFilter, definition, recordType);
      return undefined;
    } catch (error) {
      if (!(error instanceof ItemRejected)) throw error;
      return `for ${recordType.name}: ${error.message}`;
    }
  });
  if (problems.every((problem) => problem !== undefined)) throw invalid('rowFilter', problems.join('; '));
}
