/** Records as administrators hand them in, normalised: what needs no database, so that a batch is read while another is written. */
import type { RecordDraft } from '../../entities/records/record.repository.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { placeholderProblem } from '../../protocol/registries/placeholder.js';
import { draftRecord } from '../../protocol/registries/records/draft.js';
import {
  IDENTIFIER_VALUE,
  isBlankValue,
  readIdentifierValue,
} from '../../protocol/registries/records/identifier-value.js';
import { assertIdentified } from '../../protocol/registries/records/identifying.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { findEventType, findRecordType } from '../../protocol/registries/registries.js';
import type { RecordInput, RecordVersion } from './record.types.js';

/** A record as it was read, or why it is refused. */
export type ReadInput = ReadDraft | RecordInvalid;

export interface ReadDraft {
  recordType: RecordTypeDefinition;
  draft: RecordDraft;
  /** What it was made from, where that was said. */
  was?: RecordVersion | null | undefined;
}

export const readInputs = (definition: RegistryDefinition, inputs: RecordInput[]): ReadInput[] =>
  inputs.map((input) => {
    try {
      return readInput(definition, input);
    } catch (error) {
      if (error instanceof RecordInvalid) return error;
      throw error;
    }
  });

/** @throws RecordInvalid that names what is wrong */
export function readInput(definition: RegistryDefinition, input: RecordInput): ReadDraft {
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
  return { recordType, draft, was: input.was };
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

export const oneOfTypes = (definition: RegistryDefinition): string =>
  `one of ${definition.recordTypes.map(({ name }) => name).join(', ')}`;
