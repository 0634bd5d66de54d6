/**
 * A record that a partner sends us. It is merged into what we hold: a partner may send a part, and never writes what its
 * agreement does not let it see, nor records outside the agreement's rows (decision 0005).
 */
import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../platform/plain-object.js';
import { uuidv7 } from '../../platform/uuid.js';
import type { Grant } from '../../access/decide-access.js';
import type { KnownSender } from '../../access/sender-directory.js';
import type { Unit } from '../../entities/database/database.js';
import { matchRecord, type Match, type Wanted } from '../../entities/records/record-match.repository.js';
import type { Identifier, RecordDraft, StoredRecord } from '../../entities/records/record.repository.js';
import { matches, valuesAt } from '../../protocol/query/evaluate.js';
import { attributesOf } from '../../protocol/registries/attributes.js';
import { assembleRecord, draftRecord } from '../../protocol/registries/records/draft.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { clampRecord, covers } from '../../protocol/registries/records/fields.js';
import { agree, contradictions, identifyingOf } from '../../protocol/registries/records/identifying.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { recordAdminAction } from '../admin-change.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { assertOwnType } from './own-records.js';
import type { RecordOutcome } from './record.types.js';
import { writeDraft } from './upsert-records.js';

type Data = Record<string, unknown>;

export interface Push {
  data: Data;
  /** The event it raises, by what we held before. */
  eventType: (before: Data | undefined, after: Data) => string | undefined;
}

/** What was written; the reply does not tell a partner what it overwrote, the audit does. */
export type Pushed = RecordOutcome & { id: string };

/** @throws RecordInvalid naming the path when the record does not follow the dictionary, or is not the partner's to write */
export async function applyPush(services: Services, unit: Unit, grant: Grant, push: Push): Promise<Pushed> {
  const { definition, recordType } = grant;
  if (!grant.identifiable)
    throw new RecordInvalid('', 'cannot be taken over: the agreement does not cover identifiers');
  await assertOwnType(unit, { registry: definition.registry, recordType: recordType.name });
  const { draft, match, found } = await findPushed(unit, grant, push.data, services.clock());
  if (match.refused !== undefined) {
    for (const candidate of match.candidates) assertInRows(grant, candidate);
    throw match.refused;
  }
  // One that says nothing of a programme yet becomes this; one that says otherwise stays.
  const stored =
    found ?? (match.stored && programmeOf(recordType, match.stored.data) === undefined ? match.stored : undefined);
  if (stored !== undefined) {
    assertInRows(grant, stored);
    assertSamePerson(recordType, stored, draft);
    draft.externalId = stored.externalId;
    const merged = merge(stored.data, draft.data, { grant, visible: clampRecord(grant.clamp, stored.data) });
    Object.assign(draft, assembleRecord(definition, recordType, draft.identifiers, merged));
  }
  assertInRows(grant, draft);
  draft.eventType = push.eventType(stored?.data, draft.data);
  return writeDraft(services, unit, definition, recordType, draft, stored);
}

export interface FoundPush {
  draft: RecordDraft;
  match: Match;
  /** The record that is meant: of a person with several, that of the programme which is named. */
  found: StoredRecord | undefined;
}

/** @throws RecordInvalid where the record does not follow the dictionary, or two are meant */
export async function findPushed(
  unit: Unit,
  { definition, recordType, clamp }: Grant,
  data: Data,
  now: Date,
): Promise<FoundPush> {
  const { programme, ...given } = readPush(definition, recordType, data, now);
  const draft: RecordDraft = { ...given, data: clampRecord(clamp, given.data) };
  let match = await matchRecord(unit, { recordType, named: draft, mayBeNew: true });
  if (programme !== undefined && isOfAnother(recordType, draft, match)) {
    // Its number was corrected since: whoever has the number now is enrolled beside, under an external id of their own.
    draft.externalId = `${draft.externalId}:${uuidv7()}`;
    match = await matchRecord(unit, { recordType, named: { ...draft, externalId: undefined }, mayBeNew: true });
  }
  const found = programme === undefined ? match.stored : enrolmentOf(recordType, draft, match, programme);
  return { draft, match, found };
}

/** Whether the external id that was made of a number leads to a record that has none of the numbers that are given. */
function isOfAnother(recordType: RecordTypeDefinition, draft: RecordDraft, { candidates }: Match): boolean {
  const named = candidates.find(({ externalId }) => externalId !== null && externalId === draft.externalId);
  const held = named === undefined ? [] : identifyingOf(recordType, named);
  return held.length > 0 && !agree(held, identifyingOf(recordType, draft));
}

function readPush(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  sent: Data,
  now: Date,
): RecordDraft & { programme: string | undefined } {
  const { identifiers, data } = draftRecord(definition, recordType, [], sent, now);
  const programme = programmeOf(recordType, data);
  const who = identifyingOf(recordType, { identifiers, data });
  const externalId = programme && externalIdOf(recordType, who, programme);
  const { registry } = definition;
  return { registry, recordType: recordType.name, externalId, identifiers, data, programme };
}

/** By which names a record that is sent will be looked for; by none where it is refused. */
export function namesPushed(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  sent: Data,
  now: Date,
): Wanted[] {
  try {
    const { registry, externalId, identifiers } = readPush(definition, recordType, sent, now);
    const named = { registry, recordType: recordType.name, externalId, identifiers };
    return [{ recordType, named, mayBeNew: true }];
  } catch (error) {
    if (error instanceof RecordInvalid) return [];
    throw error;
  }
}

/** Of what an external id is made of, in bytes, as of an identifier. */
const MAX_PROGRAMME = 1000;

/** What several records of one person differ in; undefined where nothing is said of it. */
function programmeOf({ severalPerSubject: path }: RecordTypeDefinition, data: Data): string | undefined {
  const programmes = path === undefined ? [] : valuesAt([data], path.split('.'));
  return programmes.length === 0 ? undefined : programmes.map(String).join('+');
}

function externalIdOf({ name }: RecordTypeDefinition, who: Identifier[], programme: string): string | undefined {
  const one = who.find(({ type }) => type === 'UIN') ?? who[0];
  if (Buffer.byteLength(programme) > MAX_PROGRAMME)
    throw new RecordInvalid('programme_identifier', 'names too many programmes: send a record for each');
  return one && `${name}:${one.type}:${one.value}:${programme}`;
}

/** Whatever its external id was made of: a partner may know a person by one number today and by another tomorrow. */
function enrolmentOf(
  recordType: RecordTypeDefinition,
  draft: RecordDraft,
  { stored, candidates }: Match,
  programme: string,
): StoredRecord | undefined {
  if (stored !== undefined && stored.externalId === draft.externalId) return stored;
  const own = identifyingOf(recordType, draft);
  const same = candidates.filter(
    (one) => agree(own, identifyingOf(recordType, one)) && programmeOf(recordType, one.data) === programme,
  );
  if (same.length > 1) throw new RecordInvalid('', 'matches more than one record of the person', 'AMBIGUOUS');
  return same[0];
}

/** A refusal of a record as its sender reads it. */
export const textOf = ({ reason, message }: RecordInvalid): string =>
  reason === 'INVALID' ? message : `${reason}, ${message}`;

/** What a partner's message overwrote, for whoever looks into it: paths and types, no values. */
export async function recordOverwritten(
  { clock }: Services,
  unit: Unit,
  { senderId }: KnownSender,
  { correlationId }: Call,
  written: Pushed[],
): Promise<void> {
  const records = written
    .filter(({ overwrote, corrected }) => (overwrote?.length ?? 0) > 0 || corrected !== undefined)
    .map(({ id, version, overwrote, corrected }) => ({ id, version, overwrote, corrected }));
  if (records.length === 0) return;
  const change = { action: 'overwriteRecords', targetType: 'Transaction', targetId: correlationId, after: { records } };
  await recordAdminAction(unit, { subject: senderId, role: 'SENDER' }, change, clock());
}

type Row = Pick<RecordDraft, 'identifiers' | 'data'>;

/** Whether the agreement's row filter lets a partner have, and so write, a record. */
export const isInRows = ({ rowFilter, definition, recordType }: Grant, record: Row): boolean =>
  rowFilter === undefined || matches(rowFilter, record, attributesOf(definition, recordType));

function assertInRows(grant: Grant, record: Row): void {
  if (!isInRows(grant, record)) throw new RecordInvalid('', 'is outside the rows that the agreement covers');
}

/** An external id that was made of a partner's own words corrects nobody. */
export function assertSamePerson(recordType: RecordTypeDefinition, stored: Row, draft: Row): void {
  const [held, given] = [identifyingOf(recordType, stored), identifyingOf(recordType, draft)];
  const [type] = contradictions(held, given);
  if (type !== undefined || (held.length > 0 && !agree(held, given)))
    throw new RecordInvalid('', `has another ${type ?? 'identifier'} than what is held`, 'CONFLICTING_IDENTIFIER');
}

interface Merging {
  grant: Grant;
  /** What the agreement covers of what was held. */
  visible: unknown;
  above?: string;
}

/** Objects member by member, anything else as sent; identifiers that are held stay, new ones are added by the draft. */
function merge(before: Data, after: Data, { grant, visible: covered, above = '' }: Merging): Data {
  const merged = { ...before };
  for (const [name, value] of Object.entries(after)) {
    const held = before[name];
    const path = `${above}${name}`;
    const visible = isObject(covered) ? covered[name] : undefined;
    if (isObject(held) && isObject(value)) merged[name] = merge(held, value, { grant, visible, above: `${path}.` });
    else if (held === undefined) merged[name] = value;
    else if (!grant.recordType.identifierPaths.includes(path) && !isKnownCloser(grant, path, held, value))
      merged[name] = covers(grant.clamp, path) ? value : inList(path, held, visible, value);
  }
  return merged;
}

/** A year does not replace the day that is known of it: nothing is deleted by a push. */
const isKnownCloser = ({ definition, recordType }: Grant, path: string, held: unknown, given: unknown): boolean =>
  attributesOf(definition, recordType).get(path)?.type === 'date' &&
  typeof held === 'string' &&
  typeof given === 'string' &&
  held.startsWith(given);

/** In a list that the agreement covers in part, nobody knows whose the rest would be once a part is replaced. */
function inList(path: string, held: unknown, visible: unknown, given: unknown): unknown {
  if (isDeepStrictEqual(visible, given)) return held;
  // Of what may not be seen, not even that it is there is told.
  if (visible === undefined) return [held, given].flat();
  throw new RecordInvalid(path, 'cannot be changed: the agreement covers a part of what is listed there');
}
