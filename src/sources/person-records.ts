/**
 * All records that hold somebody, named by identifiers that are not shared: as their subject, or as a person inside them;
 * those deleted since included, and those that held them once.
 */
import type { Sql } from '../entities/database/database.js';
import { identifiersOfRecords } from '../entities/records/named-record.repository.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../protocol/registries/definition.js';
import { identifyingInside, identifyingOf, identifyingTypes } from '../protocol/registries/records/identifying.js';
import { memberIdentifierPaths } from '../protocol/registries/records/members.js';
import { identifiersOf, type RecordIdentifier } from '../protocol/registries/records/normalize.js';
import type { PlainObject } from '../platform/plain-object.js';
import { containing, segmentsOf } from './record-path.js';

export interface PersonRecords {
  /** Records of their own. */
  own: string[];
  /** Records of others, such as a household. */
  inside: InsideRecord[];
  /** Numbers of theirs that say who they are. */
  names: RecordIdentifier[];
  /** Those that a correction took away, and nobody else has. */
  formerNames: RecordIdentifier[];
}

export interface InsideRecord {
  id: string;
  /** When they left it. */
  until?: Date;
}

interface OwnRecord {
  id: string;
  recordType: string;
  data: PlainObject;
  deleted: boolean;
}

export async function findPersonRecords(
  sql: Sql,
  definition: RegistryDefinition,
  identifiers: RecordIdentifier[],
): Promise<PersonRecords> {
  const records = await ownRecords(sql, definition, identifiers);
  const own = records.map(({ id }) => id);
  const { names, formerNames } = await namesOf(sql, definition, records);
  const inside = await recordsAround(sql, definition, identifyingInside(identifiers));
  return { own, inside: inside.filter(({ id }) => !own.includes(id)), names, formerNames };
}

async function ownRecords(
  sql: Sql,
  definition: RegistryDefinition,
  identifiers: RecordIdentifier[],
): Promise<OwnRecord[]> {
  const named = [definition.registry, identifiers.map(({ type }) => type), identifiers.map(({ value }) => value)];
  const having = (from: string, last: string) =>
    sql.query<OwnRecord & RecordIdentifier & { last: boolean }>(
      `select r.id, r.record_type as "recordType", r.data, r.deleted_at is not null as deleted, i.type, i.value, ${last} as last
       from unnest($2::text[], $3::text[]) as g (type, value)
       join ${from} i on i.registry = $1 and i.type = g.type and i.value = g.value
       join registry_record r on r.id = i.record_id`,
      named,
    );
  const now = await having('record_identifier', 'true');
  // A number that was corrected leads to its record as long as nobody else has it: then it is that person's. One that a
  // record had to its end leads to it still, beside a new one of the same person.
  const former = await having(
    '(select * from former_identifier where not inside)',
    'coalesce(i.ended_at >= r.deleted_at, false)',
  );
  const isTaken = (one: RecordIdentifier) => now.some(({ type, value }) => type === one.type && value === one.value);
  const before = former.filter((one) => one.last || !isTaken(one));
  const found = [...now, ...before].filter(({ recordType: name, data, deleted, type }) => {
    const recordType = typeNamed(definition, name);
    return recordType !== undefined && identifyingTypes(recordType, deleted ? undefined : data).includes(type);
  });
  // A deleted record is not looked up by its identifiers any more, but its data still has them.
  const ownPaths = (recordType: RecordTypeDefinition, { type }: RecordIdentifier) =>
    identifyingTypes(recordType).includes(type) ? recordType.identifierPaths : [];
  const deleted = await findHolding(sql, definition, identifiers, ownPaths, true);
  return [...new Map([...found, ...deleted].map((record) => [record.id, record])).values()];
}

/** Of a record that is gone, those that it had to its end. */
async function namesOf(
  sql: Sql,
  definition: RegistryDefinition,
  records: OwnRecord[],
): Promise<Pick<PersonRecords, 'names' | 'formerNames'>> {
  const ids = records.map(({ id }) => id);
  const now = await identifiersOfRecords(sql, ids);
  const former = await sql.query<RecordIdentifier & { recordId: string; last: boolean }>(
    `select f.record_id as "recordId", f.type, f.value, coalesce(f.ended_at >= r.deleted_at, false) as last
     from former_identifier f join registry_record r on r.id = f.record_id
     where f.record_id = any($1::uuid[]) and not f.inside and not exists (select 1 from record_identifier i
       where i.registry = f.registry and i.type = f.type and i.value = f.value and i.record_id <> all($1::uuid[]))`,
    [ids],
  );
  const identifying = (take: (record: OwnRecord) => RecordIdentifier[]) =>
    records.flatMap((record) => {
      const recordType = typeNamed(definition, record.recordType);
      if (recordType === undefined) return [];
      const all = take(record);
      if (Object.keys(record.data).length > 0)
        return identifyingOf(recordType, { identifiers: all, data: record.data });
      // Which kind of record it was is not known any more: a number of a group is not taken for the person's.
      return identifyingInside(identifyingOf(recordType, { identifiers: all }));
    });
  const of = (rows: (RecordIdentifier & { recordId: string })[], { id }: OwnRecord): RecordIdentifier[] =>
    rows.filter(({ recordId }) => recordId === id).map(({ type, value }) => ({ type, value }));
  const names = identifying((record) => [
    ...of(now, record),
    ...identifiersOf(definition, record.recordType, record.data),
    ...of(
      former.filter(({ last }) => last),
      record,
    ),
  ]);
  return { names: distinct(names), formerNames: distinct(identifying((record) => of(former, record))) };
}

/** Records of others that hold, or held, a person with one of the identifiers. */
async function recordsAround(
  sql: Sql,
  definition: RegistryDefinition,
  identifiers: RecordIdentifier[],
): Promise<InsideRecord[]> {
  if (identifiers.length === 0) return [];
  const paths = (recordType: RecordTypeDefinition) => memberIdentifierPaths(definition, recordType);
  const holding = (await findHolding(sql, definition, identifiers, paths, false)).map(({ id }) => ({ id }));
  const held = await sql.query<{ id: string; until: string }>(
    `select f.record_id as id, max(f.ended_at) as until from unnest($2::text[], $3::text[]) as g (type, value)
     join former_identifier f on f.registry = $1 and f.type = g.type and f.value = g.value and f.inside
     where f.record_id <> all($4::uuid[]) group by f.record_id`,
    [
      definition.registry,
      identifiers.map(({ type }) => type),
      identifiers.map(({ value }) => value),
      holding.map(({ id }) => id),
    ],
  );
  return [...holding, ...held.map(({ id, until }) => ({ id, until: new Date(until) }))];
}

/** Records with one of the identifiers at one of the paths. */
function findHolding(
  sql: Sql,
  definition: RegistryDefinition,
  identifiers: RecordIdentifier[],
  pathsOf: (recordType: RecordTypeDefinition, identifier: RecordIdentifier) => string[],
  onlyDeleted: boolean,
): Promise<OwnRecord[]> {
  const documents = identifiers.flatMap((identifier) => {
    const held = { identifier_type: identifier.type, identifier_value: identifier.value };
    return definition.recordTypes.flatMap((recordType) =>
      pathsOf(recordType, identifier).map((path) =>
        JSON.stringify(containing(segmentsOf(definition, recordType.name, path), held)),
      ),
    );
  });
  if (documents.length === 0) return Promise.resolve([]);
  const distinctly = [...new Set(documents)];
  return sql.query<OwnRecord>(
    `select r.id, r.record_type as "recordType", r.data, r.deleted_at is not null as deleted from registry_record r
     where r.registry = $1 ${onlyDeleted ? 'and r.deleted_at is not null' : ''}
       and (${distinctly.map((_, index) => `r.data @> $${index + 2}::jsonb`).join(' or ')})`,
    [definition.registry, ...distinctly],
  );
}

const typeNamed = ({ recordTypes }: RegistryDefinition, name: string): RecordTypeDefinition | undefined =>
  recordTypes.find((recordType) => recordType.name === name);

export const distinct = (identifiers: RecordIdentifier[]): RecordIdentifier[] => [
  ...new Map(identifiers.map(({ type, value }) => [JSON.stringify([type, value]), { type, value }])).values(),
];
