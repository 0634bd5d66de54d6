/**
 * Which stored record a record is about: the one of its external id, else the one that holds an identifying identifier of
 * it. A number that several persons share (a marriage, a household) matches nobody; where two records match, or
 * identifiers contradict each other, nobody is guessed at.
 */
import type { RecordTypeDefinition } from '../../protocol/registries/definition.js';
import {
  agree,
  assertIdentified,
  contradictions,
  identifyingOf,
} from '../../protocol/registries/records/identifying.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import type { Sql } from '../database/database.js';
import { identifiersOfRecords } from './named-record.repository.js';
import type { Identifier, RecordDraft, StoredRecord } from './record.repository.js';

/** What says which record is meant. */
export type Named = Pick<RecordDraft, 'registry' | 'recordType' | 'externalId' | 'identifiers'> &
  Partial<Pick<RecordDraft, 'data'>>;

export interface Match {
  /** The record it is about; none: it is new, or refused. */
  stored?: StoredRecord;
  refused?: RecordInvalid;
  /** Every record that came into question, kept for this transaction. */
  candidates: StoredRecord[];
}

/** Keeps what it finds, and the names it looked for, for this transaction until it commits. */
export async function matchRecord(sql: Sql, wanted: Wanted): Promise<Match> {
  return (await KnownRecords.load(sql, [wanted])).match(wanted.recordType, wanted.named);
}

export interface Wanted {
  recordType: RecordTypeDefinition;
  named: Named;
  /** Whether it is written where there is none. */
  mayBeNew?: boolean;
}

/**
 * Locks all that a message is about in one order, before the first of them is looked for: two messages about the same
 * persons wait for each other, and never in a ring. Names first, then the records, which another may know by other names.
 */
export async function lockNamed(sql: Sql, wanted: Wanted[]): Promise<void> {
  await KnownRecords.load(sql, wanted);
}

/** What is stored under the names of a batch, all of one registry, as it becomes while the batch is written. */
export class KnownRecords {
  readonly #byId = new Map<string, StoredRecord>();
  /** Ids by any name that a record had in this transaction. */
  readonly #byName = new Map<string, Set<string>>();

  private constructor() {}

  /** Locks every name in one order, so that two batches about the same persons wait for each other and never in a ring. */
  static async load(sql: Sql, wanted: Wanted[]): Promise<KnownRecords> {
    const names = wanted.map(({ recordType, named, mayBeNew = false }) => ({
      ...named,
      identifying: identifyingOf(recordType, named),
      mayBeNew,
    }));
    await lockNames(sql, names);
    const known = new KnownRecords();
    for (const { recordType, ...record } of await findCandidates(sql, names)) known.put(recordType, record);
    return known;
  }

  match(recordType: RecordTypeDefinition, named: Named): Match {
    let candidates: StoredRecord[] = [];
    try {
      assertIdentified(recordType, named);
      const identifying = identifyingOf(recordType, named);
      candidates = this.#candidates({ ...named, identifying });
      const stored = judge(recordType, named, identifying, candidates);
      return stored === undefined ? { candidates } : { stored, candidates };
    } catch (error) {
      if (!(error instanceof RecordInvalid)) throw error;
      return { refused: error, candidates };
    }
  }

  /** A record as it is from now on. */
  put(recordType: string, record: StoredRecord): void {
    this.#byId.set(record.id, record);
    for (const name of namesOf({ recordType, externalId: record.externalId, identifying: record.identifiers })) {
      const ids = this.#byName.get(name);
      if (ids === undefined) this.#byName.set(name, new Set([record.id]));
      else ids.add(record.id);
    }
  }

  #candidates(named: Names): StoredRecord[] {
    const ids = new Set(namesOf(named).flatMap((name) => [...(this.#byName.get(name) ?? [])]));
    return [...ids].toSorted().flatMap((id) => this.#byId.get(id) ?? []);
  }
}

interface Names {
  recordType: string;
  externalId?: string | null | undefined;
  identifying: Identifier[];
}

function namesOf({ recordType, externalId, identifying }: Names): string[] {
  const names = identifying.map(({ type, value }) => `${recordType} ${type} ${value}`);
  return externalId == null ? names : [...names, `${recordType} external ${externalId}`];
}

/** @throws RecordInvalid `AMBIGUOUS` or `CONFLICTING_IDENTIFIER`, which name types and never a value */
function judge(
  recordType: RecordTypeDefinition,
  { externalId }: Named,
  given: Identifier[],
  candidates: StoredRecord[],
): StoredRecord | undefined {
  const own = externalId == null ? undefined : candidates.find((one) => one.externalId === externalId);
  const ofStored = (record: StoredRecord): Identifier[] => identifyingOf(recordType, record);
  const holders = candidates.filter((one) => one !== own && agree(given, ofStored(one)));
  if (own !== undefined) {
    const held = ofStored(own);
    const changed = given.filter((one) => !agree([one], held));
    const taken = changed.find((one) => holders.some((holder) => agree([one], ofStored(holder))));
    if (taken === undefined) return own;
    throw conflicting(`has the ${taken.type} of another record`);
  }
  const bare = externalId == null ? holders : holders.filter((one) => one.externalId === null);
  const several = recordType.severalPerSubject !== undefined;
  if ((several ? bare : holders).length > 1)
    throw new RecordInvalid(
      '',
      several
        ? 'matches more than one record of the person: give the programme, or the external id, of the one that is meant'
        : 'matches more than one record: give the external id of the one that is meant',
      'AMBIGUOUS',
    );
  const [type] = holders.flatMap((holder) => contradictions(given, ofStored(holder)));
  if (type !== undefined) throw conflicting(`agrees with a stored record in one identifier and has another ${type}`);
  if (!several && bare.length < holders.length)
    throw conflicting('has an identifier of a record with another external id');
  return bare[0];
}

const conflicting = (what: string): RecordInvalid =>
  new RecordInvalid(
    '',
    `${what}: correct the identifier, or the stored record by its external id`,
    'CONFLICTING_IDENTIFIER',
  );

interface LockedNames extends Names {
  registry: string;
  mayBeNew: boolean;
}

const SMALL = 100;

/** Two first registrations of one person wait for each other, so that there is one record at the end. */
async function lockNames(sql: Sql, named: LockedNames[]): Promise<void> {
  const isSmall = named.length <= SMALL;
  const names = named.flatMap(({ mayBeNew, ...one }) => lockedBy({ ...one, mayBeNew: mayBeNew && isSmall }));
  if (names.length === 0) return;
  await sql.query(
    `select pg_advisory_xact_lock(key) from (
       select distinct hashtextextended(name, 0) as key from unnest($1::text[]) as name order by key) as locks`,
    [names],
    'lock-names',
  );
}

/**
 * A number is its person's in every registry and record type: one lock for all, since a server has room for some thousands.
 * A process of 1.0.0-rc.1 beside this one locks by `namesOf`: what may be new is locked by that too, or both would write it.
 * But for large batches, as of an import: two of them at once would find no room for twice as many locks.
 */
function lockedBy({ registry, mayBeNew, ...names }: LockedNames): string[] {
  const older = namesOf(mayBeNew ? names : { ...names, identifying: [] }).map((name) => `${registry} ${name}`);
  return [...names.identifying.map(({ type, value }) => `${type} ${value}`), ...older];
}

type Candidate = StoredRecord & { recordType: string };

// Each name by the one index that serves it, whatever the statistics say of a table that is being filled: no index takes
// `is not distinct from`. Identifiers are read once the rows are locked: a change that was waited for may have taken one away.
async function findCandidates(sql: Sql, named: (Names & { registry: string })[]): Promise<Candidate[]> {
  const identifiers = named.flatMap(({ registry, recordType, identifying }) =>
    identifying.map((one) => ({ ...one, registry, recordType })),
  );
  const external = named.filter(({ externalId }) => externalId != null);
  const found = await sql.query<Omit<Candidate, 'version' | 'identifiers'> & { version: string }>(
    `select r.id, r.version, r.external_id as "externalId", r.record_type as "recordType", r.data,
       r.deleted_at is not null as deleted from registry_record r
     where r.origin = '' and r.id = any (array(
       select i.record_id from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as g (registry, record_type, type, value)
       cross join lateral (select record_id from record_identifier i where i.registry = g.registry
         and i.record_type = g.record_type and i.type = g.type and i.value = g.value offset 0) i
       union all
       select e.id from unnest($5::text[], $6::text[], $7::text[]) as g (registry, record_type, external_id)
       cross join lateral (select id from registry_record e where e.external_id = g.external_id and e.deleted_at is null
         and e.registry is not distinct from g.registry and e.record_type is not distinct from g.record_type offset 0) e))
     order by r.id for update`,
    [
      identifiers.map(({ registry }) => registry),
      identifiers.map(({ recordType }) => recordType),
      identifiers.map(({ type }) => type),
      identifiers.map(({ value }) => value),
      external.map(({ registry }) => registry),
      external.map(({ recordType }) => recordType),
      external.map(({ externalId }) => externalId),
    ],
  );
  const rows = found.filter(({ deleted }) => deleted !== true);
  if (rows.length === 0) return [];
  const held = Map.groupBy(
    await identifiersOfRecords(
      sql,
      rows.map(({ id }) => id),
    ),
    ({ recordId }) => recordId,
  );
  return rows.map((row) => ({
    ...row,
    version: Number(row.version),
    identifiers: (held.get(row.id) ?? []).map(({ type, value }) => ({ type, value })),
  }));
}
