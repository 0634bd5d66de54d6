/**
 * Consents in force, by the persons who gave them or by their ids; what they mean for a record is the access layer's. The
 * database keeps up whose they are (decision 0003), but for records of live sources, of which it has none: those that are
 * first found under the number are written down here, and nobody else is theirs.
 */
import type { Sql } from '../entities/database/database.js';
import { lines, linesOf } from '../entities/database/packed.js';
import { isLivePlace, livePlace } from '../entities/sources/live-place.sql.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../protocol/registries/definition.js';
import type { RecordIdentifier } from '../protocol/registries/records/normalize.js';
import { IN_FORCE, NOT_ENDED, OF_A_FORMER_HOLDER } from './consent.sql.js';

/** A consent in force that fits sender and purpose. */
export interface GivenConsent extends RecordIdentifier {
  id: string;
  fields: string[];
  /** Where a live source keeps the records: that source and their type (live-place.sql.ts). */
  place: string | null;
  /** Records that it is of; where one has its number that is none of them, those of its type that have it too. */
  holders: string[];
  /** Whether somebody else has its number now, by our records or as far as a live source told. */
  passed: boolean;
  /** Whether that is so at this live source. */
  passedThere: boolean | null;
}

/** To whom it must have been given; it names one of the two. */
export interface ConsentedTo {
  senderId: string;
  organizationKind: string | null;
}

export interface ConsentQuestion {
  definition: RegistryDefinition;
  recordType: RecordTypeDefinition;
  to: ConsentedTo;
  purpose: string | undefined;
}

/** A record, and the numbers that say who it is about. */
export interface Subject {
  recordId: string;
  names: RecordIdentifier[];
}

const find = (standing: string): string => `
with live as materialized (select (${livePlace('$1', '$7')}) as place)
select c.id, c.identifier_type as type, c.identifier_value as value, c.fields, live.place,
  c.number_passed_at is not null as passed, live.place = any (c.passed_live) as "passedThere", case
    when live.place is not null then array(select jsonb_array_elements_text(c.given_for_live -> live.place))
    when $7::text is null then '{}' else coalesce(c.given_for::text[], '{}') end as holders
from live cross join unnest($2::text[], $3::text[]) as person (type, value)
join consent c on c.registry = $1 and c.identifier_type = person.type and c.identifier_value = person.value
where ${standing} and (c.sender_id = $4 or c.organization_kind = $5) and (c.purposes is null or $6 = any (c.purposes))`;

const FIND = find(`${NOT_ENDED} and (c.number_passed_at is null or live.place is not null)`);
const FIND_FORMER = find(OF_A_FORMER_HOLDER);

/** Those of a record type that consents were given for, and those that have their numbers now. */
const HOLDERS = `
select c.id, array(
    select i.record_id::text from record_identifier i where i.registry = c.registry and i.type = c.identifier_type
      and i.value = c.identifier_value and i.record_type = $2
    union all select r.id::text from registry_record r where r.id = any (c.given_for) and r.record_type = $2) as holders
from consent c where c.id = any ($1::uuid[])`;

/** Of subjects of records, and of persons inside them. */
export async function findConsents(
  sql: Sql,
  question: ConsentQuestion,
  subjects: Subject[],
  inside: RecordIdentifier[] = [],
): Promise<GivenConsent[]> {
  const names = [...subjects.flatMap((subject) => subject.names), ...inside];
  const read = (): Promise<GivenConsent[]> => sql.query(FIND, parametersOf(question, names), 'find-consents');
  const given = await read();
  const named = recordsNamed(given, subjects);
  const found = foundAnew(given, named);
  if (found.length === 0) return withHolders(sql, question, given, named);
  await keepFound(sql, found);
  return read();
}

/** By the id of a consent: records that are about its person. */
type Named = Map<string, string[]>;

function recordsNamed(given: GivenConsent[], subjects: Subject[]): Named {
  const byName = Map.groupBy(
    subjects.flatMap(({ recordId, names }) => names.map((name) => ({ recordId, name: nameOf(name) }))),
    ({ name }) => name,
  );
  const idsOf = (one: GivenConsent): string[] => (byName.get(nameOf(one)) ?? []).map(({ recordId }) => recordId);
  return new Map(given.map((one) => [one.id, [...new Set(idsOf(one))]]));
}

/** Hardly ever a record is another than it was given for: only then it is asked who else has the number. */
async function withHolders(
  sql: Sql,
  { recordType }: ConsentQuestion,
  given: GivenConsent[],
  named: Named,
): Promise<GivenConsent[]> {
  const unsure = given.filter((one) => named.get(one.id)?.some((recordId) => !isOf(one, recordId)) === true);
  const ids = unsure.flatMap(({ id, place }) => (place === null ? [id] : []));
  if (ids.length === 0) return given;
  const rows = await sql.query<Pick<GivenConsent, 'id' | 'holders'>>(
    HOLDERS,
    [ids, recordType.name],
    'consent-holders',
  );
  const holders = new Map(rows.map((row) => [row.id, row.holders]));
  return given.map((one) => ({ ...one, holders: holders.get(one.id) ?? one.holders }));
}

/** Those that would count, had their number not passed to another record. */
export const findFormerConsents = (
  sql: Sql,
  question: ConsentQuestion,
  names: RecordIdentifier[],
): Promise<GivenConsent[]> => sql.query(FIND_FORMER, parametersOf(question, names), 'find-former-consents');

/**
 * Whether it is of the record that is found under its number, or was: a version that is still to be told may have had it
 * before its holder of today.
 */
export const isOf = ({ place, holders }: GivenConsent, recordId: string): boolean =>
  holders.includes(recordId) || (place === null && holders.length === 0);

const parametersOf = (
  { definition, recordType, to: { senderId, organizationKind }, purpose }: ConsentQuestion,
  names: RecordIdentifier[],
): unknown[] => [
  definition.registry,
  names.map(({ type }) => type),
  names.map(({ value }) => value),
  senderId,
  organizationKind,
  purpose ?? null,
  // Which of several records of one person it was given for says nothing about the others.
  recordType.severalPerSubject !== undefined ? null : recordType.name,
];

interface Found {
  id: string;
  place: string;
  records: string[];
  isPassed: boolean;
}

/** What of a live source is found under their numbers, where that says something new about them. */
function foundAnew(given: GivenConsent[], named: Named): Found[] {
  return given.flatMap(({ id, place, holders, passedThere }) => {
    const records = named.get(id) ?? [];
    if (place === null || records.length === 0) return [];
    const isFirst = holders.length === 0;
    const isPassed = !isFirst && !records.some((one) => holders.includes(one));
    return isFirst || isPassed !== passedThere ? [{ id, place, records, isPassed }] : [];
  });
}

/** Of two that are the first at once, one is. Locked in one order, as our own records lock them. */
async function keepFound(sql: Sql, found: Found[]): Promise<void> {
  await sql.query(
    `with locked as materialized (select id from consent where id = any ($1::uuid[]) order by id for update)
     update consent c set
       given_for_live = case when jsonb_exists(c.given_for_live, g.place) then c.given_for_live
         else c.given_for_live || jsonb_build_object(g.place, g.records) end,
       passed_live = array_remove(c.passed_live, g.place) || case when g.passed then array[g.place] else '{}' end
     from unnest($1::uuid[], $2::text[], ${linesOf('$3')}, $4::boolean[]) as g (id, place, records, passed)
       join locked on locked.id = g.id
     where c.id = g.id`,
    [
      found.map(({ id }) => id),
      found.map(({ place }) => place),
      lines(found.map(({ records }) => JSON.stringify(records))),
      found.map(({ isPassed }) => isPassed),
    ],
    'keep-whose-consents',
  );
}

/** What a source said that is asked no more says nothing of whose a number is. */
export async function forgetPassedThere(sql: Sql): Promise<void> {
  await sql.query(
    `update consent c set passed_live = array(
       select place from unnest(c.passed_live) as place where ${isLivePlace('c.registry', 'place')})
     where c.passed_live <> '{}'`,
  );
}

/** Whose a consent is that was just given: records of a live source that have its number. */
export async function giveForLive(
  sql: Sql,
  { id, registry }: { id: string; registry: string },
  { recordType, recordIds }: LiveHolders,
): Promise<void> {
  await sql.query(
    `update consent c set given_for_live = c.given_for_live || jsonb_build_object(live.place, to_jsonb($4::text[]))
     from (${livePlace('$2', '$3')}) live (place) where c.id = $1`,
    [id, registry, recordType, recordIds],
    'give-consent-for-live',
  );
}

/** Records of a live source that a number leads to. */
export interface LiveHolders {
  recordType: string;
  recordIds: string[];
}

const nameOf = ({ type, value }: RecordIdentifier): string => JSON.stringify([type, value]);

const IN_FORCE_NOW = `
select count(*)::int as standing from consent c
where c.id = any ($1::uuid[]) and ${IN_FORCE} and (c.sender_id = $2 or c.organization_kind = $3)`;

/** Whether consents that counted for a sender all count still. */
export async function areInForce(
  sql: Sql,
  ids: string[],
  { senderId, organizationKind }: ConsentedTo,
): Promise<boolean> {
  if (ids.length === 0) return true;
  const distinct = [...new Set(ids)];
  const parameters = [distinct, senderId, organizationKind];
  const [row] = await sql.query<{ standing: number }>(IN_FORCE_NOW, parameters, 'consents-in-force');
  return row?.standing === distinct.length;
}
