/** A record as another DCI server gives it, read into the dictionary under an id of ours. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../protocol/envelope/json.js';
import { assembleRecord } from '../../protocol/registries/records/draft.js';
import { assertNoPlaceholder, identifyingOf, identifyingTypes } from '../../protocol/registries/records/identifying.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { findRecordType } from '../../protocol/registries/registries.js';
import type { RecordsOf } from '../registry-source.js';
import type { MappedRecord } from './map-records.js';
import { sourceRecordId } from './record-id.js';
import { SourceFault } from './source-fault.js';

/** @param entry of the source's file */
export function upstreamRecord(
  source: string,
  entry: string,
  { definition, recordType }: RecordsOf,
  given: JsonObject,
): MappedRecord | undefined {
  const type = findRecordType(definition, recordType);
  if (type === undefined) throw new SourceFault(`this gateway does not serve ${definition.registry} ${recordType}`);
  const plain = Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith('@')));
  try {
    const { identifiers, data } = assembleRecord(definition, type, [], plain);
    assertNoPlaceholder(identifiers);
    // By the type that says most of all who it is: two may share a number of another.
    const types = identifyingTypes(type, data);
    const names = identifyingOf(type, { identifiers, data })
      .toSorted(
        (one, other) => types.indexOf(one.type) - types.indexOf(other.type) || (one.value < other.value ? -1 : 1),
      )
      .map(({ type: name, value }) => JSON.stringify([name, value]));
    if (names.length === 0) return undefined;
    // Of several records of one subject, such as enrolments, nothing but what they say tells them apart.
    const key = type.severalPerSubject !== undefined ? [digestOf(data)] : names.slice(0, 1);
    return { id: sourceRecordId(source, entry, key), key, state: 'SERVED', identifiers, data, children: [] };
  } catch (error) {
    if (error instanceof RecordInvalid) return undefined;
    throw error;
  }
}

const digestOf = (data: unknown): string => createHash('sha256').update(JSON.stringify(data)).digest('base64url');
