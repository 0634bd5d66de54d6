/**
 * Records and what their changes raise. A change, its sealed version and its event commit together; the version comes
 * from the record's row lock, so versions of one record are committed in their order.
 */
import { isDeepStrictEqual } from 'node:util';
import { uuidv7 } from '../../platform/uuid.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { GATEWAY_OWNER, type DataVault } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';
import { appendOutbox } from '../work/outbox.repository.js';

export interface Identifier {
  type: string;
  value: string;
}

export interface RecordDraft {
  registry: Registry;
  recordType: string;
  externalId?: string | null | undefined;
  identifiers: Identifier[];
  /** In the dictionary's form, normalised. */
  data: Record<string, unknown>;
  /** Raised instead of REGISTER or UPDATE. */
  eventType?: string | undefined;
}

export type RecordChange = 'INSERTED' | 'UPDATED' | 'UNCHANGED' | 'DELETED';

export interface ChangedRecord {
  id: string;
  version: number;
  change: RecordChange;
  eventId?: string;
}

interface StoredRecord {
  id: string;
  version: string;
  external_id: string | null;
  data: Record<string, unknown>;
}

const STORED = 'r.id, r.version, r.external_id, r.data';

/** Inserts or updates one record inside the transaction of `sql`; nothing is raised where nothing changed. */
export async function upsertRecord(sql: Sql, vault: DataVault, draft: RecordDraft, now: Date): Promise<ChangedRecord> {
  await lockIdentity(sql, draft);
  const stored = await findStored(sql, draft);
  if (stored === undefined) return insertRecord(sql, vault, draft, now);
  const { id } = stored;
  const externalId = draft.externalId ?? stored.external_id;
  const identifiersChanged = await replaceIdentifiers(sql, id, draft);
  if (!identifiersChanged && externalId === stored.external_id && isDeepStrictEqual(stored.data, draft.data))
    return { id, version: Number(stored.version), change: 'UNCHANGED' };
  const version = Number(stored.version) + 1;
  await sql.query(
    'update registry_record set data = $2, version = $3, external_id = $4, updated_at = $5 where id = $1',
    [id, JSON.stringify(draft.data), version, externalId, now],
  );
  const eventId = await raise(sql, vault, { ...draft, id, version, eventType: draft.eventType ?? 'UPDATE' }, now);
  return { id, version, change: 'UPDATED', eventId };
}

/** What `upsertRecord` would find for a draft, kept for this transaction until it commits. */
export async function lockStoredRecord(
  sql: Sql,
  draft: RecordDraft,
): Promise<(Pick<RecordDraft, 'externalId' | 'identifiers' | 'data'> & { id: string }) | undefined> {
  await lockIdentity(sql, draft);
  const stored = await findStored(sql, draft);
  if (stored === undefined) return undefined;
  return {
    id: stored.id,
    externalId: stored.external_id,
    identifiers: await identifiersOfRecord(sql, stored.id),
    data: stored.data,
  };
}

/** Marks a record deleted and raises DELETE, which carries identifiers only; undefined when there is none. */
export async function deleteRecord(sql: Sql, id: string, now: Date): Promise<ChangedRecord | undefined> {
  const [stored] = await sql.query<{ version: string; registry: string; record_type: string }>(
    'select version, registry, record_type from registry_record where id = $1 and deleted_at is null for update',
    [id],
  );
  if (stored === undefined) return undefined;
  const identifiers = await identifiersOfRecord(sql, id);
  const version = Number(stored.version) + 1;
  await sql.query('update registry_record set deleted_at = $2, version = $3, updated_at = $2 where id = $1', [
    id,
    now,
    version,
  ]);
  await sql.query('delete from record_identifier where record_id = $1', [id]);
  const { registry, record_type: recordType } = stored;
  const event = { id, version, registry, recordType, identifiers, eventType: 'DELETE' };
  return { id, version, change: 'DELETED', eventId: await appendEvent(sql, event) };
}

export async function findRecordByIdentifier(
  sql: Sql,
  registry: Registry,
  recordType: string,
  { type, value }: Identifier,
): Promise<string | undefined> {
  const [row] = await sql.query<{ record_id: string }>(
    'select record_id from record_identifier where registry = $1 and record_type = $2 and type = $3 and value = $4 limit 1',
    [registry, recordType, type, value],
  );
  return row?.record_id;
}

/** Loads records as they are, without events: for the demo registry and first imports. At most a few thousand at once. */
export async function loadRecords(sql: Sql, drafts: RecordDraft[]): Promise<void> {
  const rows = drafts.map((draft) => ({ id: uuidv7(), ...draft }));
  const column = <T>(pick: (row: (typeof rows)[number]) => T): T[] => rows.map(pick);
  await sql.query(
    `insert into registry_record (id, registry, record_type, external_id, data)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[])`,
    [
      column(({ id }) => id),
      column(({ registry }) => registry),
      column(({ recordType }) => recordType),
      column(({ externalId }) => externalId ?? null),
      column(({ data }) => JSON.stringify(data)),
    ],
  );
  const identifiers = rows.flatMap((row) => row.identifiers.map((identifier) => ({ row, identifier })));
  await sql.query(
    `insert into record_identifier (record_id, registry, record_type, type, value)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) on conflict do nothing`,
    [
      identifiers.map(({ row }) => row.id),
      identifiers.map(({ row }) => row.registry),
      identifiers.map(({ row }) => row.recordType),
      identifiers.map(({ identifier }) => identifier.type),
      identifiers.map(({ identifier }) => identifier.value),
    ],
  );
}

const identifiersOfRecord = (sql: Sql, id: string): Promise<Identifier[]> =>
  sql.query('select type, value from record_identifier where record_id = $1', [id]);

/** Two first registrations of one person wait for each other, so that there is one record at the end. */
async function lockIdentity(sql: Sql, { registry, recordType, externalId, identifiers }: RecordDraft): Promise<void> {
  const names = identifiers.map(({ type, value }) => `${registry} ${recordType} ${type} ${value}`);
  if (externalId != null) names.push(`${registry} ${recordType} external ${externalId}`);
  for (const name of names.sort()) await sql.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
}

/** By external id where given, else by any shared identifier. */
async function findStored(sql: Sql, draft: RecordDraft): Promise<StoredRecord | undefined> {
  const { registry, recordType, externalId, identifiers } = draft;
  if (externalId != null) {
    const [found] = await sql.query<StoredRecord>(
      `select ${STORED} from registry_record r
       where registry = $1 and record_type = $2 and external_id = $3 and deleted_at is null for update`,
      [registry, recordType, externalId],
    );
    if (found !== undefined) return found;
  }
  const [found] = await sql.query<StoredRecord>(
    `select ${STORED} from registry_record r
     where r.deleted_at is null and ($5 or r.external_id is null) and r.id in (
       select i.record_id from record_identifier i
       join unnest($3::text[], $4::text[]) as given (type, value) on i.type = given.type and i.value = given.value
       where i.registry = $1 and i.record_type = $2)
     order by r.id limit 1 for update`,
    [
      registry,
      recordType,
      identifiers.map(({ type }) => type),
      identifiers.map(({ value }) => value),
      externalId == null,
    ],
  );
  return found;
}

async function insertRecord(sql: Sql, vault: DataVault, draft: RecordDraft, now: Date): Promise<ChangedRecord> {
  const id = uuidv7();
  await sql.query(
    `insert into registry_record (id, registry, record_type, external_id, data, created_at, updated_at)
     values ($1, $2, $3, $4, $5, $6, $6)`,
    [id, draft.registry, draft.recordType, draft.externalId ?? null, JSON.stringify(draft.data), now],
  );
  await replaceIdentifiers(sql, id, draft);
  const eventId = await raise(sql, vault, { ...draft, id, version: 1, eventType: draft.eventType ?? 'REGISTER' }, now);
  return { id, version: 1, change: 'INSERTED', eventId };
}

async function replaceIdentifiers(sql: Sql, id: string, draft: RecordDraft): Promise<boolean> {
  const types = draft.identifiers.map(({ type }) => type);
  const values = draft.identifiers.map(({ value }) => value);
  const [changes] = await sql.query<{ changed: boolean }>(
    `with given as (select distinct * from unnest($2::text[], $3::text[]) as g (type, value)),
     gone as (delete from record_identifier i where i.record_id = $1
       and not exists (select 1 from given g where g.type = i.type and g.value = i.value) returning 1),
     new as (insert into record_identifier (record_id, registry, record_type, type, value)
       select $1, $4, $5, type, value from given on conflict do nothing returning 1)
     select exists (select 1 from gone) or exists (select 1 from new) as changed`,
    [id, types, values, draft.registry, draft.recordType],
  );
  return changes?.changed ?? false;
}

interface RecordEvent {
  id: string;
  version: number;
  registry: Registry;
  recordType: string;
  identifiers: Identifier[];
  eventType: string;
}

async function raise(
  sql: Sql,
  vault: DataVault,
  event: RecordEvent & { data: Record<string, unknown> },
  now: Date,
): Promise<string> {
  const place = `record_version:${event.id}:${event.version}`;
  const { dataKeyId, sealed } = await vault.seal(GATEWAY_OWNER, now, place, event.data);
  await sql.query(
    'insert into record_version (record_id, version, data_key_id, data_sealed, created_at) values ($1, $2, $3, $4, $5)',
    [event.id, event.version, dataKeyId, sealed, now],
  );
  return appendEvent(sql, event);
}

async function appendEvent(sql: Sql, event: RecordEvent): Promise<string> {
  const eventId = uuidv7();
  const { id, version, registry, recordType, identifiers, eventType } = event;
  await sql.query(
    `insert into registry_event (id, registry, record_type, event_type, record_id, version, identifiers)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [eventId, registry, recordType, eventType, id, version, JSON.stringify(identifiers)],
  );
  await appendOutbox(sql, 'registry', eventId, { registry, eventType });
  return eventId;
}
