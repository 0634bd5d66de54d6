/** Records as an administrator changes them: normalised, written with the event they raise, and audited. */
import type { Admin } from '../../access/principal.js';
import type { Unit } from '../../entities/database/database.js';
import { matchRecord } from '../../entities/records/record-match.repository.js';
import {
  deleteRecord,
  writeRecord,
  type RecordDraft,
  type StoredRecord,
} from '../../entities/records/record.repository.js';
import type { ServedType } from '../../entities/sources/source.repository.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { draftRecord } from '../../protocol/registries/records/draft.js';
import { assertIdentified, contradictions, identifyingOf } from '../../protocol/registries/records/identifying.js';
import { overwrittenPaths } from '../../protocol/registries/records/overwritten.js';
import {
  IDENTIFIER_VALUE,
  isBlankValue,
  readIdentifierValue,
} from '../../protocol/registries/records/identifier-value.js';
import { placeholderProblem } from '../../protocol/registries/placeholder.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { findEventType, findRecordType } from '../../protocol/registries/registries.js';
import { readExternalId, readIdentifier } from './identifier.input.js';
import { assertOwnTypes } from './own-records.js';
import { changeAsAdmin } from '../admin-change.js';
import type { Services } from '../services.js';
import { DomainError, invalid, notFound } from '../errors.js';
import { requireObject } from '../json-object.js';
import type { IdentifierInput, RecordInput, RecordOutcome, UpsertResult } from './record.types.js';

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
  for (const [index, { data }] of inputs.entries()) requireObject(data, `records.${index}.data`);
  return changeAsAdmin(services, admin, async (unit) => {
    await assertOwnTypes(unit, 'records', typesIn(definition, inputs));
    const records: RecordOutcome[] = [];
    for (const [index, input] of inputs.entries()) {
      const outcome = await upsertInput(services, unit, definition, input);
      if (outcome.message !== undefined) outcome.message = `records.${index}: ${outcome.message}`;
      records.push(outcome);
    }
    const count = (change: RecordOutcome['change']) => records.filter((record) => record.change === change).length;
    const result = {
      inserted: count('INSERTED'),
      updated: count('UPDATED'),
      unchanged: count('UNCHANGED'),
      refused: count('REFUSED'),
      records,
    };
    const after = { records: records.map(({ eventId: _event, message: _message, ...told }) => told) };
    return { result, change: { action: 'upsertRecords', targetType: 'Registry', targetId: registry, after } };
  });
}

function typesIn(definition: RegistryDefinition, inputs: RecordInput[]): ServedType[] {
  const types = inputs.flatMap(({ recordType }) => findRecordType(definition, recordType)?.name ?? []);
  return [...new Set(types)].map((recordType) => ({ registry: definition.registry, recordType }));
}

async function upsertInput(
  services: Services,
  unit: Unit,
  definition: RegistryDefinition,
  input: RecordInput,
): Promise<RecordOutcome> {
  try {
    const { recordType, draft } = readInput(definition, input);
    const { stored, refused } = await matchRecord(unit, recordType, draft);
    if (refused !== undefined) throw refused;
    return await writeDraft(services, unit, definition, recordType, draft, stored);
  } catch (error) {
    if (!(error instanceof RecordInvalid)) throw error;
    return { id: null, version: null, change: 'REFUSED', reason: error.reason, message: error.message };
  }
}

/** Writes a draft over what it was matched with, if anything, and tells what that overwrote. */
export async function writeDraft(
  services: Services,
  unit: Unit,
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  draft: RecordDraft,
  stored: StoredRecord | undefined,
): Promise<RecordOutcome & { id: string }> {
  const written = await writeRecord(unit, services.vault, draft, stored, services.clock());
  if (stored === undefined || written.change !== 'UPDATED') return written;
  const overwrote = overwrittenPaths(definition, recordType.class, stored.data, draft.data);
  const corrected = contradictions(identifyingOf(recordType, stored), identifyingOf(recordType, draft));
  return { ...written, overwrote, ...(corrected.length === 0 ? {} : { corrected }) };
}

interface WhichRecord {
  recordType: string | undefined;
  identifier: IdentifierInput | undefined;
  externalId: string | undefined;
}

export function removeRecord(
  services: Services,
  admin: Admin,
  registry: string,
  { recordType, identifier, externalId }: WhichRecord,
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
    const { stored, refused } = await matchRecord(unit, type, named);
    if (refused !== undefined)
      throw new DomainError(
        refused.reason === 'UNIDENTIFIED' ? 'INVALID' : 'CONFLICT',
        `identifier: ${refused.message} (${refused.reason})`,
        'identifier',
      );
    const result = stored === undefined ? undefined : await deleteRecord(unit, stored.id, services.clock());
    if (result === undefined) throw notFound('identifier', 'no such record');
    return { result, change: { action: 'deleteRecord', targetType: 'Record', targetId: result.id } };
  });
}

/** @throws RecordInvalid that names what is wrong */
export function readInput(
  definition: RegistryDefinition,
  input: RecordInput,
): { recordType: RecordTypeDefinition; draft: RecordDraft } {
  const recordType = findRecordType(definition, input.recordType);
  if (recordType === undefined) throw new RecordInvalid('recordType:', `use ${oneOfTypes(definition)}`);
  const event = input.eventType == null ? undefined : findEventType(definition, input.eventType);
  if (input.eventType != null && event === undefined)
    throw new RecordInvalid('eventType:', `use one of ${definition.events.map(({ name }) => name).join(', ')}`);
  const draft: RecordDraft = {
    registry: definition.registry,
    recordType: recordType.name,
    externalId: externalIdOf(input),
    ...draftRecord(definition, recordType, input.identifiers, input.data),
    eventType: event?.name,
  };
  assertIdentified(recordType, draft);
  return { recordType, draft };
}

/** Names a record as an identifier does: blank is none, and what stands for none is no name. */
function externalIdOf({ externalId }: RecordInput): string | undefined {
  if (externalId == null || isBlankValue(externalId)) return undefined;
  const problem = placeholderProblem(externalId);
  if (problem !== undefined) throw new RecordInvalid('externalId', problem);
  const value = readIdentifierValue(externalId);
  if (value === undefined) throw new RecordInvalid('externalId', `must be ${IDENTIFIER_VALUE}`);
  return value;
}

const oneOfTypes = (definition: RegistryDefinition): string =>
  `one of ${definition.recordTypes.map(({ name }) => name).join(', ')}`;

export function definitionOf(services: Pick<Services, 'registries'>, registry: string): RegistryDefinition {
  const definition = services.registries.byName(registry);
  if (definition === undefined) throw invalid('registry', 'this gateway does not serve it');
  return definition;
}
