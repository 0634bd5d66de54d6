/** Records as an administrator finds and deletes them. */
import type { Admin } from '../../access/principal.js';
import { matchRecord } from '../../entities/records/record-match.repository.js';
import { deleteRecord } from '../../entities/records/record-write.repository.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { findRecordType } from '../../protocol/registries/registries.js';
import { changeAsAdmin } from '../admin-change.js';
import { conflict, DomainError, invalid, notFound } from '../errors.js';
import type { Services } from '../services.js';
import { changedSince } from './changed-since.js';
import { readExternalId, readIdentifier } from './identifier.input.js';
import { assertOwnTypes } from './own-records.js';
import { oneOfTypes } from './read-input.js';
import type { IdentifierInput, RecordOutcome, RecordVersion } from './record.types.js';

interface WhichRecord {
  recordType: string | undefined;
  identifier: IdentifierInput | undefined;
  externalId: string | undefined;
  /** As it was looked at. */
  was: RecordVersion | undefined;
}

export function removeRecord(
  services: Services,
  admin: Admin,
  registry: string,
  { recordType, identifier, externalId, was }: WhichRecord,
): Promise<RecordOutcome> {
  const definition = definitionOf(services, registry);
  const type = findRecordType(definition, recordType);
  if (type === undefined) throw invalid('recordType', `use ${oneOfTypes(definition)}`);
  if ((identifier == null) === (externalId == null))
    throw invalid('identifier', 'give it or externalId, one of the two');
  const named = {
    registry: definition.registry,
    recordType: type.name,
    externalId: readExternalId(externalId, 'externalId'),
    identifiers: identifier == null ? [] : [readIdentifier(definition, identifier, 'identifier')],
  };
  return changeAsAdmin(services, admin, async (unit) => {
    await assertOwnTypes(unit, 'recordType', [named]);
    const { stored, refused } = await matchRecord(unit, { recordType: type, named });
    if (refused !== undefined)
      throw new DomainError(
        refused.reason === 'UNIDENTIFIED' ? 'INVALID' : 'CONFLICT',
        `identifier: ${refused.message} (${refused.reason})`,
        'identifier',
      );
    const changed = changedSince(was, stored);
    if (changed !== undefined) throw conflict('was', `the record ${changed.message}`);
    const result =
      stored === undefined ? undefined : await deleteRecord(unit, services.vault, stored.id, services.clock());
    if (result === undefined) throw notFound('identifier', 'no such record');
    return { result, change: { action: 'deleteRecord', targetType: 'Record', targetId: result.id } };
  });
}

export function definitionOf(services: Pick<Services, 'registries'>, registry: string): RegistryDefinition {
  const definition = services.registries.byName(registry);
  if (definition === undefined) throw invalid('registry', 'this gateway does not serve it');
  return definition;
}
