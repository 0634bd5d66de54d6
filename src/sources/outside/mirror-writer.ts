/** A batch of a source's records → our copies of them, by the way of every record: versions, events and what was read commit together. */
import { createHash } from 'node:crypto';
import type { DataVault } from '../../entities/database/data-vault.js';
import type { Sql } from '../../entities/database/database.js';
import { loadRecords, type RecordDraft, type StoredRecord } from '../../entities/records/record.repository.js';
import { deleteRecord, planWrite, writePlanned } from '../../entities/records/record-write.repository.js';
import { keepRows, knownRows, storedRecords } from '../../entities/sources/source-row.repository.js';
import { valuesAt } from '../../protocol/query/evaluate.js';
import type { MappedRecord } from './map-records.js';
import type { RecordMapping } from './source-file.schema.js';

export interface Batch {
  source: string;
  mapping: RecordMapping;
  /** Of the registry, as the dictionary names it. */
  registry: string;
  records: MappedRecord[];
  generation: number;
  /** A first load tells nobody of records that were there before. */
  silent: boolean;
}

/** Gives the ids of records whose copies changed. */
export async function writeBatch(sql: Sql, vault: DataVault, batch: Batch, now: Date): Promise<string[]> {
  const records = [...new Map(batch.records.map((record) => [record.id, record])).values()];
  const ids = records.map(({ id }) => id);
  const known = new Map((await knownRows(sql, ids)).map((row) => [row.recordId, row]));
  const rows = records.map((record) => ({ record, digest: digestOf(record) }));
  const changed = rows
    .filter(({ record, digest }) => known.get(record.id)?.digest !== digest)
    .map(({ record }) => record);
  const stored = await storedRecords(
    sql,
    changed.map(({ id }) => id),
  );
  const isNew = (record: MappedRecord): boolean => record.state === 'SERVED' && !stored.has(record.id);
  const fresh = batch.silent ? changed.filter(isNew) : [];
  await loadRecords(
    sql,
    fresh.map((record) => draftOf(batch, record)),
  );
  const told = batch.silent ? changed.filter((record) => !isNew(record)) : changed;
  await writeTold(sql, vault, batch, told, stored, now);
  await keepRows(
    sql,
    batch.source,
    batch.generation,
    rows.map(({ record, digest }) => ({
      recordId: record.id,
      entry: batch.mapping.name,
      state: record.state,
      path: record.path ?? null,
      reason: record.reason ?? null,
      digest,
      key: record.key,
      children: record.children,
    })),
  );
  return changed.map(({ id }) => id);
}

async function writeTold(
  sql: Sql,
  vault: DataVault,
  batch: Batch,
  told: MappedRecord[],
  stored: Map<string, StoredRecord>,
  now: Date,
): Promise<void> {
  const plans = told
    .filter(({ state }) => state === 'SERVED')
    .map((record) => {
      const held = stored.get(record.id);
      return planWrite({ ...draftOf(batch, record), eventType: eventOf(batch.mapping, held, record) }, held);
    });
  await writePlanned(sql, vault, plans, now);
  for (const { id, state } of told)
    if (state !== 'SERVED' && stored.get(id)?.deleted === false) await deleteRecord(sql, id, now);
}

const draftOf = ({ registry, mapping, source }: Batch, { id, identifiers, data }: MappedRecord): RecordDraft => ({
  id,
  origin: source,
  registry,
  recordType: mapping.type,
  identifiers,
  data,
});

/** The first that fits: a list that grew, a value that was not there before, else that it is new or changed. */
function eventOf(
  { events }: RecordMapping,
  stored: StoredRecord | undefined,
  { data }: MappedRecord,
): string | undefined {
  if (stored === undefined || stored.deleted === true) return events.created;
  const count = (held: Record<string, unknown>, path: string): number =>
    valuesAt([held], path.split('.')).flat().length;
  for (const [path, event] of Object.entries(events.added))
    if (count(data, path) > count(stored.data, path)) return event;
  for (const [path, event] of Object.entries(events.set))
    if (count(data, path) > 0 && count(stored.data, path) === 0) return event;
  return events.changed;
}

function digestOf({ state, identifiers, data, path, reason }: MappedRecord): string {
  return createHash('sha256')
    .update(JSON.stringify([state, identifiers, data, path, reason]))
    .digest('base64');
}
