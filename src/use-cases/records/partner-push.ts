/**
 * A record that a partner sends us. It is merged into what we hold: a partner may send a part, and never writes what its
 * agreement does not let it see, nor records outside the agreement's rows.
 */
import type { Grant } from '../../access/decide-access.js';
import type { Unit } from '../../entities/database/database.js';
import { lockStoredRecord, type RecordDraft } from '../../entities/records/record.repository.js';
import { matches } from '../../protocol/query/evaluate.js';
import { attributesOf } from '../../protocol/registries/attributes.js';
import { draftRecord } from '../../protocol/registries/records/draft.js';
import { clampRecord } from '../../protocol/registries/records/fields.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import type { Services } from '../services.js';
import type { RecordOutcome } from './record.types.js';
import { upsertDrafts } from './records.js';

type Data = Record<string, unknown>;

export interface Push {
  data: Data;
  /** Tells this record from others of the same person. */
  externalId?: (draft: Pick<RecordDraft, 'identifiers' | 'data'>) => string | undefined;
  /** The event it raises, by what we held before. */
  eventType: (before: Data | undefined, after: Data) => string | undefined;
}

/** @throws RecordInvalid naming the path when the record does not follow the dictionary, or is not the partner's to write */
export async function applyPush(services: Services, unit: Unit, grant: Grant, push: Push): Promise<RecordOutcome> {
  const { definition, recordType, clamp } = grant;
  if (!grant.identifiable)
    throw new RecordInvalid('', 'cannot be taken over: the agreement does not cover identifiers');
  const given = draftRecord(definition, recordType, [], push.data);
  const draft: RecordDraft = {
    registry: definition.registry,
    recordType: recordType.name,
    externalId: push.externalId?.(given),
    identifiers: given.identifiers,
    data: clampRecord(clamp, given.data),
  };
  const stored = await lockStoredRecord(unit, draft);
  if (stored !== undefined) {
    assertInRows(grant, stored);
    draft.externalId = stored.externalId;
    const merged = merge(stored.data, draft.data, recordType.identifierPaths);
    Object.assign(draft, draftRecord(definition, recordType, given.identifiers, merged));
  }
  assertInRows(grant, draft);
  draft.eventType = push.eventType(stored?.data, draft.data);
  const [outcome] = await upsertDrafts(services, unit, [draft]);
  if (outcome === undefined) throw new Error('a record was not written');
  return outcome;
}

type Row = Pick<RecordDraft, 'identifiers' | 'data'>;

/** Whether the agreement's row filter lets a partner have, and so write, a record. */
export const isInRows = ({ rowFilter, definition, recordType }: Grant, record: Row): boolean =>
  rowFilter === undefined || matches(rowFilter, record, attributesOf(definition, recordType));

function assertInRows(grant: Grant, record: Row): void {
  if (!isInRows(grant, record)) throw new RecordInvalid('', 'is outside the rows that the agreement covers');
}

/** Objects member by member, anything else as sent; identifiers that are held stay, new ones are added by the draft. */
function merge(before: Data, after: Data, identifierPaths: string[], above = ''): Data {
  const merged = { ...before };
  for (const [name, value] of Object.entries(after)) {
    const held = before[name];
    const path = `${above}${name}`;
    if (isData(held) && isData(value)) merged[name] = merge(held, value, identifierPaths, `${path}.`);
    else if (held === undefined || !identifierPaths.includes(path)) merged[name] = value;
  }
  return merged;
}

const isData = (value: unknown): value is Data => typeof value === 'object' && value !== null && !Array.isArray(value);
