/** A batch of records as an administrator writes it: matched, written with the events it raises, and audited. */
import type { Admin } from '../../access/principal.js';
import type { Unit } from '../../entities/database/database.js';
import { KnownRecords } from '../../entities/records/record-match.repository.js';
import type { ChangedRecord, RecordDraft, StoredRecord } from '../../entities/records/record.repository.js';
import { planWrite, writePlanned, type PlannedWrite } from '../../entities/records/record-write.repository.js';
import type { ServedType } from '../../entities/sources/source.repository.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import { contradictions, identifyingOf } from '../../protocol/registries/records/identifying.js';
import { identifiersInside } from '../../protocol/registries/records/members.js';
import { overwrittenPaths } from '../../protocol/registries/records/overwritten.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { changeAsAdmin, type Changing } from '../admin-change.js';
import { invalid } from '../errors.js';
import { requireObject } from '../json-object.js';
import type { Services } from '../services.js';
import { changedSince } from './changed-since.js';
import { assertOwnTypes } from './own-records.js';
import { readInputs, type ReadDraft, type ReadInput } from './read-input.js';
import type { RecordInput, RecordOutcome, UpsertResult } from './record.types.js';
import { definitionOf } from './records.js';

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
  return writeInputs(services, admin, definition, readInputs(definition, inputs));
}

export interface WriteOptions {
  /** Whether what changes is told to subscribers; it is where left out. */
  events?: boolean | undefined;
  /** Commits with it. */
  within?: (unit: Unit, result: UpsertResult) => Promise<void>;
}

export type RecordWriting = Changing & Pick<Services, 'database' | 'vault'>;

/** In one transaction; what is refused keeps only itself out. */
export function writeInputs(
  services: RecordWriting,
  admin: Admin,
  definition: RegistryDefinition,
  read: ReadInput[],
  { events = true, within }: WriteOptions = {},
): Promise<UpsertResult> {
  const { registry } = definition;
  const types = read.flatMap((one) => (one instanceof RecordInvalid ? [] : one.recordType.name));
  return changeAsAdmin(services, admin, async (unit) => {
    const served: ServedType[] = [...new Set(types)].map((recordType) => ({ registry, recordType }));
    await assertOwnTypes(unit, 'records', served);
    const { records, refusing } = await upsertDrafts(services, unit, definition, read, events);
    const count = (change: RecordOutcome['change']) => records.filter((record) => record.change === change).length;
    const result = {
      inserted: count('INSERTED'),
      updated: count('UPDATED'),
      unchanged: count('UNCHANGED'),
      refused: count('REFUSED'),
      records,
    };
    await within?.(unit, result);
    const silent = events ? {} : { events: false };
    // A refusal tells of the records that it came from.
    const reading = refusing.length === 0 ? {} : { fields: ['Mutation.upsertRecords'], about: refusing };
    const told = records.map(({ eventId: _event, message: _message, ...one }) => one);
    const after = { ...silent, ...reading, records: told };
    return { result, change: { action: 'upsertRecords', targetType: 'Registry', targetId: registry, after } };
  });
}

/** In their order: a record meets what those before it made. */
async function upsertDrafts(
  { vault, clock }: Pick<Services, 'vault' | 'clock'>,
  unit: Unit,
  definition: RegistryDefinition,
  read: ReadInput[],
  events: boolean,
): Promise<{ records: RecordOutcome[]; refusing: string[] }> {
  const drafts = read.filter((one): one is ReadDraft => !(one instanceof RecordInvalid));
  const known = await KnownRecords.load(
    unit,
    drafts.map(({ recordType, draft }) => ({ recordType, named: draft, mayBeNew: true })),
  );
  const plans: PlannedWrite[] = [];
  const refusing = new Set<string>();
  const outcomes = read.map((one, index): RecordOutcome => {
    if (one instanceof RecordInvalid) return refusal(one, index);
    const { stored, candidates, refused = changedSince(one.was, stored) } = known.match(one.recordType, one.draft);
    if (refused !== undefined) {
      for (const { id } of candidates) refusing.add(id);
      return refusal(refused, index);
    }
    const plan = planWrite(one.draft, stored, identifiersInside(definition, one.recordType));
    known.put(one.recordType.name, plan.after);
    plans.push(plan);
    const { id, version } = plan.after;
    return { id, version, change: plan.change, ...overwriting(definition, one.recordType, plan) };
  });
  const written = (await writePlanned(unit, vault, plans, clock(), events)).values();
  const records = outcomes.map((outcome) => (outcome.id === null ? outcome : { ...outcome, ...written.next().value }));
  return { records, refusing: [...refusing] };
}

const refusal = ({ reason, message }: RecordInvalid, index: number): RecordOutcome => ({
  id: null,
  version: null,
  change: 'REFUSED',
  reason,
  message: `records.${index}: ${message}`,
});

/** Writes a draft over what it was matched with, if anything, and tells what that overwrote. */
export async function writeDraft(
  { vault, clock }: Services,
  unit: Unit,
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  draft: RecordDraft,
  stored: StoredRecord | undefined,
): Promise<RecordOutcome & { id: string }> {
  const plan = planWrite(draft, stored, identifiersInside(definition, recordType));
  const [written] = await writePlanned(unit, vault, [plan], clock());
  return { ...(written as ChangedRecord), ...overwriting(definition, recordType, plan) };
}

function overwriting(
  definition: RegistryDefinition,
  recordType: RecordTypeDefinition,
  { change, stored, draft }: PlannedWrite,
): Pick<RecordOutcome, 'overwrote' | 'corrected'> {
  if (stored === undefined || change !== 'UPDATED') return {};
  const overwrote = overwrittenPaths(definition, recordType.class, stored.data, draft.data);
  const corrected = contradictions(identifyingOf(recordType, stored), identifyingOf(recordType, draft));
  return { overwrote, ...(corrected.length === 0 ? {} : { corrected }) };
}
