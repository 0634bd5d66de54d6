/** Records as an administrator changes them: normalised, written with the event they raise, and audited. */
import type { Principal } from '../../access/principal.js';
import type { Unit } from '../../entities/database/database.js';
import {
  deleteRecord,
  findRecordByIdentifier,
  upsertRecord,
  type RecordDraft,
} from '../../entities/records/record.repository.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { draftRecord } from '../../protocol/registries/records/draft.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { findEvent, findRecordType } from '../../protocol/registries/registries.js';
import { readExternalId, readIdentifier } from './identifier.input.js';
import { changeAsAdmin } from '../admin-change.js';
import type { Services } from '../services.js';
import { DomainError, invalid, notFound } from '../errors.js';
import { requireObject } from '../json-object.js';
import type { IdentifierInput, RecordInput, RecordOutcome, UpsertResult } from './record.types.js';

type Admin = Extract<Principal, { kind: 'admin' }>;

/** A longer transaction would delay the live tail of every reader. */
const MAX_RECORDS = 1000;

export function upsertRecords(
  services: Services,
  admin: Admin,
  registry: string,
  inputs: RecordInput[],
): Promise<UpsertResult> {
  if (inputs.length > MAX_RECORDS)
    throw invalid('records', `at most ${MAX_RECORDS} at once; send the rest in a next call`);
  const definition = definitionOf(services, registry);
  const drafts = inputs.map((input, index) => readInput(definition, input, `records.${index}`));
  return changeAsAdmin(services, admin, async (unit) => {
    const records = await upsertDrafts(services, unit, drafts);
    const count = (change: RecordOutcome['change']) => records.filter((record) => record.change === change).length;
    const result = { inserted: count('INSERTED'), updated: count('UPDATED'), unchanged: count('UNCHANGED'), records };
    const after = { records: records.map(({ id, version, change }) => ({ id, version, change })) };
    return { result, change: { action: 'upsertRecords', targetType: 'Registry', targetId: registry, after } };
  });
}

export function removeRecord(
  services: Services,
  admin: Admin,
  registry: string,
  recordType: string | undefined,
  identifier: IdentifierInput,
): Promise<RecordOutcome> {
  const definition = definitionOf(services, registry);
  const type = recordTypeOf(definition, recordType, 'recordType');
  const stored = readIdentifier(definition, identifier, 'identifier');
  return changeAsAdmin(services, admin, async (unit) => {
    const id = await findRecordByIdentifier(unit, registry, type.name, stored);
    const result = id === undefined ? undefined : await deleteRecord(unit, id, services.clock());
    if (result === undefined) throw notFound('identifier', 'no such record');
    return { result, change: { action: 'deleteRecord', targetType: 'Record', targetId: result.id } };
  });
}

/** Writes drafts in their order inside `unit`. */
export async function upsertDrafts(services: Services, unit: Unit, drafts: RecordDraft[]): Promise<RecordOutcome[]> {
  const outcomes: RecordOutcome[] = [];
  for (const draft of drafts) outcomes.push(await upsertRecord(unit, services.vault, draft, services.clock()));
  return outcomes;
}

/** @throws DomainError that names what is wrong, under `field` */
export function readInput(definition: RegistryDefinition, input: RecordInput, field: string): RecordDraft {
  const recordType = recordTypeOf(definition, input.recordType, `${field}.recordType`);
  const event = input.eventType == null ? undefined : findEvent(definition, input.eventType);
  if (input.eventType != null && event === undefined)
    throw invalid(`${field}.eventType`, `use one of ${definition.events.map(({ name }) => name).join(', ')}`);
  const given = requireObject(input.data, `${field}.data`);
  try {
    const { identifiers, data } = draftRecord(definition, recordType, input.identifiers, given);
    return {
      registry: definition.registry,
      recordType: recordType.name,
      externalId: readExternalId(input.externalId, `${field}.externalId`),
      identifiers,
      data,
      eventType: event?.name,
    };
  } catch (error) {
    if (!(error instanceof RecordInvalid)) throw error;
    throw new DomainError('INVALID', `${field}.data.${error.message}`, `${field}.data`);
  }
}

export function definitionOf(services: Pick<Services, 'registries'>, registry: string): RegistryDefinition {
  const definition = services.registries.byName(registry);
  if (definition === undefined) throw invalid('registry', 'this gateway does not serve it');
  return definition;
}

function recordTypeOf(definition: RegistryDefinition, name: string | undefined, field: string): RecordTypeDefinition {
  const recordType = findRecordType(definition, name);
  if (recordType === undefined)
    throw invalid(field, `use one of ${definition.recordTypes.map((type) => type.name).join(', ')}`);
  return recordType;
}
