/**
 * Changes of records. A change, its sealed version and its event commit together, a batch a statement; the version comes
 * from the record's row lock, so versions of one record are committed in their order.
 */
import { isDeepStrictEqual } from 'node:util';
import { uuidv7 } from '../../platform/uuid.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { GATEWAY_OWNER, type DataVault } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';
import { lines, linesOf, pack, piece } from '../database/packed.js';
import type { ChangedRecord, Identifier, RecordDraft, StoredRecord } from './record.repository.js';
import { keepFormer } from './former-identifier.repository.js';
import { leaving } from './left-number.repository.js';
import { appendEvents, insertEvents, isHeard, type RecordEvent } from './registry-event.repository.js';

/** A draft and what it was matched with, as it is when its turn comes. */
export interface PlannedWrite {
  draft: RecordDraft;
  stored: StoredRecord | undefined;
  after: StoredRecord;
  change: 'INSERTED' | 'UPDATED' | 'UNCHANGED';
  eventType: string;
  /** Who stood inside the record, and does no more. */
  left: Identifier[];
}

/**
 * What a draft makes of the record it is about, if there is one; nothing is raised where nothing changes.
 *
 * @param inside the persons inside such a record
 */
export function planWrite(
  draft: RecordDraft,
  stored: StoredRecord | undefined,
  inside: (data: StoredRecord['data']) => Identifier[],
): PlannedWrite {
  const { data, id = uuidv7() } = draft;
  const identifiers = [...new Map(draft.identifiers.map((one) => [nameOf(one), one])).values()];
  const externalId = draft.externalId ?? stored?.externalId ?? null;
  if (stored === undefined) {
    const after = { id, version: 1, externalId, identifiers, data };
    return { draft, stored, after, change: 'INSERTED', eventType: draft.eventType ?? 'REGISTER', left: [] };
  }
  const same =
    stored.deleted !== true &&
    externalId === stored.externalId &&
    without(identifiers, stored.identifiers).length + without(stored.identifiers, identifiers).length === 0 &&
    isDeepStrictEqual(stored.data, data);
  const eventType = draft.eventType ?? (stored.deleted === true ? 'REGISTER' : 'UPDATE');
  if (same) return { draft, stored, after: stored, change: 'UNCHANGED', eventType, left: [] };
  const after = { id: stored.id, version: stored.version + 1, externalId, identifiers, data };
  const left = without(inside(stored.data), inside(data));
  return { draft, stored, after, change: 'UPDATED', eventType, left };
}

/**
 * Writes them in the transaction of `sql`, which holds the rows they are about; one record may change several times.
 *
 * @param told whether subscribers are to hear of it
 */
export async function writePlanned(
  sql: Sql,
  vault: DataVault,
  plans: PlannedWrite[],
  now: Date,
  told = true,
): Promise<ChangedRecord[]> {
  const changes = plans
    .filter(({ change }) => change !== 'UNCHANGED')
    .map((plan) => ({ ...plan, json: JSON.stringify(plan.after.data) }));
  const byRecord = [...Map.groupBy(changes, ({ after }) => after.id).values()].map((all) => ({
    first: all[0] as Change,
    last: all.at(-1) as Change,
  }));
  const lastOf = (change: Change['change']) =>
    byRecord.filter(({ first }) => first.change === change).map(({ last }) => last);
  // All go over one connection, in this order: each is made up while PostgreSQL works on the one before.
  const [raised] = await Promise.all([
    changes.length === 0 ? [] : told ? raiseHeard(sql, vault, changes, now) : keepUntold(sql, changes, now),
    insertRecords(sql, lastOf('INSERTED'), now),
    updateRecords(sql, lastOf('UPDATED'), now),
    changeIdentifiers(sql, byRecord),
    keepFormer(
      sql,
      changes.flatMap(({ after: { id }, left }) => left.map((one) => ({ ...one, recordId: id, endedAt: now }))),
      'INSIDE',
    ),
  ]);
  const events = new Map(changes.map(({ after }, index) => [after, raised[index]]));
  return plans.map(({ after, change }) => {
    const eventId = change === 'UNCHANGED' ? undefined : events.get(after);
    return { id: after.id, version: after.version, change, ...(eventId === undefined ? {} : { eventId }) };
  });
}

/**
 * Marks a record deleted and raises DELETE, which carries identifiers only; undefined when there is none. What it held last
 * is the version of its event: of a copy whose key comes back, the row may be about somebody else before that is told.
 */
export async function deleteRecord(
  sql: Sql,
  vault: DataVault,
  id: string,
  now: Date,
): Promise<ChangedRecord | undefined> {
  const deleted = await markDeleted(sql, id, now);
  if (deleted === undefined) return undefined;
  const [eventId = ''] = await raiseHeard(sql, vault, [deleted], now);
  return { ...deleted.after, change: 'DELETED', eventId };
}

/**
 * The same of a copy of a source, where a person may have several rows, or get another key: who is still served by an
 * identifier is not told to be gone by it.
 *
 * @param several record types of which a person has several records, each of which ends by itself
 */
export async function deleteCopy(sql: Sql, vault: DataVault, id: string, several: string[], now: Date): Promise<void> {
  const held = await sql.query<Identifier>(
    `select i.type, i.value from record_identifier i join registry_record r on r.id = i.record_id
     where i.record_id = $1 and exists (
       select from record_identifier o join registry_record other on other.id = o.record_id
       where o.registry = i.registry and o.type = i.type and o.value = i.value and o.record_id <> i.record_id
         and other.record_type = r.record_type and other.origin = r.origin and other.deleted_at is null)
       and r.record_type <> all($2::text[])`,
    [id, several],
  );
  const deleted = await markDeleted(sql, id, now);
  if (deleted === undefined) return;
  const identifiers = without(deleted.draft.identifiers, held);
  if (identifiers.length > 0 || held.length === 0)
    await raiseHeard(sql, vault, [{ ...deleted, draft: { ...deleted.draft, identifiers } }], now);
}

async function markDeleted(sql: Sql, id: string, now: Date): Promise<ToldVersion | undefined> {
  const [stored] = await sql.query<{ version: string; registry: Registry; recordType: string; json: string }>(
    `select version, registry, record_type as "recordType", data::text as json from registry_record
     where id = $1 and deleted_at is null for update`,
    [id],
  );
  if (stored === undefined) return undefined;
  const identifiers = await sql.query<Identifier>('select type, value from record_identifier where record_id = $1', [
    id,
  ]);
  const version = Number(stored.version) + 1;
  await sql.query('update registry_record set deleted_at = $2, version = $3, updated_at = $2 where id = $1', [
    id,
    now,
    version,
  ]);
  await sql.query('delete from record_identifier where record_id = $1', [id]);
  const { registry, recordType, json } = stored;
  return { draft: { registry, recordType, identifiers }, after: { id, version }, eventType: 'DELETE', json };
}

type Change = PlannedWrite & { json: string };

async function insertRecords(sql: Sql, changes: Change[], now: Date): Promise<void> {
  if (changes.length === 0) return;
  await sql.query(
    `insert into registry_record (id, registry, record_type, external_id, version, data, origin, created_at, updated_at)
     select r.*, $8, $8 from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], ${linesOf('$6')}, $7::text[]) as r`,
    [
      changes.map(({ after }) => after.id),
      changes.map(({ draft }) => draft.registry),
      changes.map(({ draft }) => draft.recordType),
      changes.map(({ after }) => after.externalId),
      changes.map(({ after }) => after.version),
      lines(changes.map(({ json }) => json)),
      changes.map(({ draft }) => draft.origin ?? ''),
      now,
    ],
    'insert-records',
  );
}

async function updateRecords(sql: Sql, changes: Change[], now: Date): Promise<void> {
  if (changes.length === 0) return;
  await sql.query(
    `update registry_record r set data = g.data, version = g.version, external_id = g.external_id, updated_at = $5,
       deleted_at = null
     from unnest($1::uuid[], ${linesOf('$2')}, $3::bigint[], $4::text[]) as g (id, data, version, external_id)
     where r.id = g.id`,
    [
      changes.map(({ after }) => after.id),
      lines(changes.map(({ json }) => json)),
      changes.map(({ after }) => after.version),
      changes.map(({ after }) => after.externalId),
      now,
    ],
    'update-records',
  );
}

async function changeIdentifiers(sql: Sql, records: { first: Change; last: Change }[]): Promise<void> {
  const pairs = records.map(({ first, last }) => ({ last, held: first.stored?.identifiers ?? [] }));
  const gone = pairs.flatMap(({ last: { after }, held }) =>
    without(held, after.identifiers).map((one) => ({ ...one, id: after.id })),
  );
  if (gone.length > 0)
    await sql.query(
      leaving(`delete from record_identifier i using unnest($1::uuid[], $2::text[], $3::text[]) as g (id, type, value)
        where i.record_id = g.id and i.type = g.type and i.value = g.value`),
      [gone.map(({ id }) => id), gone.map(({ type }) => type), gone.map(({ value }) => value)],
      'delete-identifiers',
    );
  const added = pairs.flatMap(({ last: { after, draft }, held }) =>
    without(after.identifiers, held).map((one) => ({ ...one, draft, id: after.id })),
  );
  if (added.length > 0)
    await sql.query(
      `insert into record_identifier (record_id, registry, record_type, type, value)
       select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) on conflict do nothing`,
      [
        added.map(({ id }) => id),
        added.map(({ draft }) => draft.registry),
        added.map(({ draft }) => draft.recordType),
        added.map(({ type }) => type),
        added.map(({ value }) => value),
      ],
      'insert-identifiers',
    );
}

/** A version of a record as an event tells of it. */
export interface ToldVersion {
  draft: Pick<RecordDraft, 'registry' | 'recordType' | 'identifiers'>;
  after: Pick<StoredRecord, 'id' | 'version'>;
  eventType: string;
  /** Its data. */
  json: string;
}

/** Seals the versions, and appends their events; gives the ids of those. */
export async function raise(sql: Sql, vault: DataVault, changes: ToldVersion[], now: Date): Promise<string[]> {
  if (changes.length === 0) return [];
  const seal = await vault.sealer(GATEWAY_OWNER, now);
  const versions = changes.map(({ after: { id, version }, json }) => ({
    id,
    version,
    ...seal(`record_version:${id}:${version}`, json),
  }));
  const packed = pack(versions.map(({ sealed }) => sealed));
  await sql.query(
    `insert into record_version (record_id, version, data_key_id, data_sealed, created_at)
     select v.id, v.version, v.key, ${piece('$4', 'v.start', 'v.length')}, $7
     from unnest($1::uuid[], $2::bigint[], $3::uuid[], $5::int[], $6::int[]) as v (id, version, key, start, length)`,
    [
      versions.map(({ id }) => id),
      versions.map(({ version }) => version),
      versions.map(({ dataKeyId }) => dataKeyId),
      packed.bytes,
      packed.starts,
      packed.lengths,
      now,
    ],
    'insert-versions',
  );
  return appendEvents(sql, changes.map(eventOf));
}

/** Where nobody subscribed only live readers see them: nothing is left to tell, so no version is kept for the telling. */
async function raiseHeard(sql: Sql, vault: DataVault, changes: ToldVersion[], now: Date): Promise<string[]> {
  const registries = changes.map(({ draft }) => draft.registry);
  if (await isHeard(sql, registries)) return raise(sql, vault, changes, now);
  return appendEvents(sql, changes.map(eventOf), now);
}

/** The history has them as any other change; nobody is told of them, whoever subscribed. */
async function keepUntold(sql: Sql, changes: ToldVersion[], now: Date): Promise<string[]> {
  await insertEvents(sql, changes.map(eventOf), now);
  return [];
}

const eventOf = ({ draft: { registry, recordType, identifiers }, after, eventType }: ToldVersion): RecordEvent => {
  const { id, version } = after;
  return { id, version, registry, recordType, identifiers, eventType };
};

/** A value has no control characters. */
const nameOf = ({ type, value }: Identifier): string => `${type}\n${value}`;

function without(all: Identifier[], others: Identifier[]): Identifier[] {
  const names = new Set(others.map(nameOf));
  return all.filter((one) => !names.has(nameOf(one)));
}
