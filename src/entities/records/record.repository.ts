/**
 * Records and what their changes raise. A change, its sealed version and its event commit together; the version comes
 * from the record's row lock, so versions of one record are committed in their order.
 */
import { isDeepStrictEqual } from 'node:util';
import { uuidv7 } from '../../platform/uuid.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { GATEWAY_OWNER, type DataVault } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';
import { appendOutbox } from '../queues/outbox.repository.js';

export interface Identifier {
  type: string;
  value: string;
}

export interface RecordDraft {
  /** Of a record that another system keeps: its id is made of that system's key. */
  id?: string | undefined;
  /** Name of the source that keeps it; none: it is our own. */
  origin?: string | undefined;
  registry: Registry;
  recordType: string;
  externalId?: string | null | undefined;
  identifiers: Identifier[];
  /** In the dictionary's form, normalised. */
  data: Record<string, unknown>;
  /** Raised instead of REGISTER or UPDATE. */
  eventType?: string | undefined;
}

export interface StoredRecord {
  id: string;
  version: number;
  externalId: string | null;
  identifiers: Identifier[];
  data: Record<string, unknown>;
  /** It was deleted before; writing it brings it back. */
  deleted?: boolean;
}

export type RecordChange = 'INSERTED' | 'UPDATED' | 'UNCHANGED' | 'DELETED' | 'REFUSED';

export interface ChangedRecord {
  id: string;
  version: number;
  change: Exclude<RecordChange, 'REFUSED'>;
  eventId?: string;
}

/** Inserts a record, or changes the stored one it is about, inside the transaction of `sql`; nothing is raised where nothing changed. */
export async function writeRecord(
  sql: Sql,
  vault: DataVault,
  draft: RecordDraft,
  stored: StoredRecord | undefined,
  now: Date,
): Promise<ChangedRecord> {
  if (stored === undefined) return insertRecord(sql, vault, draft, now);
  const { id } = stored;
  const externalId = draft.externalId ?? stored.externalId;
  const identifiersChanged = await replaceIdentifiers(sql, id, draft);
  const same = externalId === stored.externalId && isDeepStrictEqual(stored.data, draft.data);
  if (!identifiersChanged && same && stored.deleted !== true)
    return { id, version: stored.version, change: 'UNCHANGED' };
  const version = stored.version + 1;
  await sql.query(
    `update registry_record set data = $2, version = $3, external_id = $4, updated_at = $5, deleted_at = null
     where id = $1`,
    [id, JSON.stringify(draft.data), version, externalId, now],
  );
  const eventType = draft.eventType ?? (stored.deleted === true ? 'REGISTER' : 'UPDATE');
  const eventId = await raise(sql, vault, { ...draft, id, version, eventType }, now);
  return { id, version, change: 'UPDATED', eventId };
}

/** Marks a record deleted and raises DELETE, which carries identifiers only; undefined when there is none. */
export async function deleteRecord(sql: Sql, id: string, now: Date): Promise<ChangedRecord | undefined> {
  const [stored] = await sql.query<{ version: string; registry: string; recordType: string }>(
    'select version, registry, record_type as "recordType" from registry_record where id = $1 and deleted_at is null for update',
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
  const { registry, recordType } = stored;
  const event = { id, version, registry, recordType, identifiers, eventType: 'DELETE' };
  return { id, version, change: 'DELETED', eventId: await appendEvent(sql, event) };
}

/** Loads records as they are, without events: for the demo registry and first imports. At most a few thousand at once. */
export async function loadRecords(sql: Sql, drafts: RecordDraft[]): Promise<void> {
  const rows = drafts.map((draft) => ({ ...draft, id: draft.id ?? uuidv7() }));
  const column = <T>(pick: (row: (typeof rows)[number]) => T): T[] => rows.map(pick);
  await sql.query(
    `insert into registry_record (id, registry, record_type, external_id, data, origin)
     select * from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::jsonb[], $6::text[])`,
    [
      column(({ id }) => id),
      column(({ registry }) => registry),
      column(({ recordType }) => recordType),
      column(({ externalId }) => externalId ?? null),
      column(({ data }) => JSON.stringify(data)),
      column(({ origin }) => origin ?? ''),
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

async function insertRecord(sql: Sql, vault: DataVault, draft: RecordDraft, now: Date): Promise<ChangedRecord> {
  const { id = uuidv7(), registry, recordType, externalId = null, data, origin = '' } = draft;
  await sql.query(
    `insert into registry_record (id, registry, record_type, external_id, data, created_at, updated_at, origin)
     values ($1, $2, $3, $4, $5, $6, $6, $7)`,
    [id, registry, recordType, externalId, JSON.stringify(data), now, origin],
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
