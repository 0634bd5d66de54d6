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
export async function matchRecord(sql: Sql, recordType: RecordTypeDefinition, named: Named): Promise<Match> {
  let candidates: StoredRecord[] = [];
  try {
    assertIdentified(recordType, named);
    const identifying = identifyingOf(recordType, named);
    await lockNames(sql, named, identifying);
    candidates = await findCandidates(sql, named, identifying);
    const stored = judge(recordType, named, identifying, candidates);
    return stored === undefined ? { candidates } : { stored, candidates };
  } catch (error) {
    if (!(error instanceof RecordInvalid)) throw error;
    return { refused: error, candidates };
  }
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
  const several = recordType.severalPerSubject === true;
  if ((several ? bare : holders).length > 1)
    throw new RecordInvalid(
      '',
      'matches more than one record: give the external id of the one that is meant',
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

/** Two first registrations of one person wait for each other, so that there is one record at the end. */
async function lockNames(
  sql: Sql,
  { registry, recordType, externalId }: Named,
  identifying: Identifier[],
): Promise<void> {
  const names = identifying.map(({ type, value }) => `${registry} ${recordType} ${type} ${value}`);
  if (externalId != null) names.push(`${registry} ${recordType} external ${externalId}`);
  await sql.query(
    `select pg_advisory_xact_lock(key) from (
       select distinct hashtextextended(name, 0) as key from unnest($1::text[]) as name order by key) as locks`,
    [names],
  );
}

// Identifiers are read once the rows are locked: a change that was waited for may have taken one away.
async function findCandidates(
  sql: Sql,
  { registry, recordType, externalId }: Named,
  identifying: Identifier[],
): Promise<StoredRecord[]> {
  const types = identifying.map(({ type }) => type);
  const values = identifying.map(({ value }) => value);
  const rows = await sql.query<{ id: string; version: string; external_id: string | null; data: StoredRecord['data'] }>(
    `select r.id, r.version, r.external_id, r.data from registry_record r
     where r.deleted_at is null and r.origin = '' and r.id = any (array(
       select i.record_id from record_identifier i
       join unnest($3::text[], $4::text[]) as given (type, value) on i.type = given.type and i.value = given.value
       where i.registry = $1 and i.record_type = $2
       union all
       select e.id from registry_record e
       where e.registry = $1 and e.record_type = $2 and e.external_id = $5 and e.deleted_at is null))
     order by r.id for update`,
    [registry, recordType, types, values, externalId ?? null],
  );
  if (rows.length === 0) return [];
  const held = await sql.query<Identifier & { record_id: string }>(
    'select record_id, type, value from record_identifier where record_id = any($1::uuid[])',
    [rows.map(({ id }) => id)],
  );
  return rows.map(({ id, version, external_id, data }) => ({
    id,
    version: Number(version),
    externalId: external_id,
    identifiers: held.filter((one) => one.record_id === id).map(({ type, value }) => ({ type, value })),
    data,
  }));
}
