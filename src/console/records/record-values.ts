import { parseJsonObject } from '../shared/json-object.js';
import type { RegistryDefinition } from '../shared/registry-definition.js';
import type { RegistryRecord } from './record.types.js';

export interface RecordValues {
  recordType: string;
  eventType: string | null;
  externalId: string;
  identifiers: { type: string; value: string }[];
  data: string;
}

export function valuesOf(definition: RegistryDefinition, record: RegistryRecord | undefined): RecordValues {
  const { recordType = definition.recordTypes[0]?.name ?? '', externalId, identifiers = [], data = {} } = record ?? {};
  return {
    recordType,
    eventType: null,
    externalId: externalId ?? '',
    identifiers:
      identifiers.length > 0
        ? identifiers.map(({ type, value }) => ({ type, value }))
        : [{ type: definition.identifierTypes[0] ?? '', value: '' }],
    data: JSON.stringify(data, null, 2),
  };
}

export function toRecordInput({ eventType, externalId, identifiers, data, recordType }: RecordValues) {
  return {
    recordType,
    identifiers: identifiers.filter(({ value }) => value.trim() !== ''),
    data: parseJsonObject(data) ?? {},
    externalId: externalId.trim() || null,
    eventType,
  };
}

/** What names this record and no other; undefined where it has nothing of its own. */
export function nameOf(definition: RegistryDefinition, { recordType, externalId, identifiers }: RegistryRecord) {
  if (externalId != null) return { recordType, externalId };
  const types = definition.recordTypes.find(({ name }) => name === recordType)?.identifyingTypes ?? [];
  const identifier = identifiers.find(({ type }) => types.includes(type));
  return identifier && { recordType, identifier: { type: identifier.type, value: identifier.value } };
}
