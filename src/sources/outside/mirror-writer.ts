/** A batch of a source's records → our copies of them, by the way of every record: versions, events and what was read commit together. */
import type { DataVault } from '../../entities/database/data-vault.js';
import type { Sql } from '../../entities/database/database.js';
import {
  loadRecords,
  type Identifier,
  type RecordDraft,
  type StoredRecord,
} from '../../entities/records/record.repository.js';
import { deleteCopy, planWrite, writePlanned } from '../../entities/records/record-write.repository.js';
import { forgetRows, keepRows, knownRows, storedRecords } from '../../entities/sources/source-row.repository.js';
import { identifiersInside } from '../../protocol/registries/records/members.js';
import type { Registries } from '../../protocol/registries/registries.js';
import { countsOf, digested, eventOf, rowOf, type Batch, type Keeping } from './keeping.js';
import type { MappedRecord } from './map-records.js';

export const copies = (vault: DataVault, registries: Registries): Keeping => ({
  write: (sql, batch, now) => writeBatch(sql, { vault, registries }, batch, now),
  end: async (sql, rows, now) => {
    for (const { recordId } of rows) await deleteCopy(sql, vault, recordId, several(registries), now);
    await forgetRows(
      sql,
      rows.map(({ recordId }) => recordId),
    );
  },
});

const several = ({ all }: Registries): string[] =>
  all.flatMap(({ recordTypes }) =>
    recordTypes.flatMap(({ name, severalPerSubject }) => (severalPerSubject === undefined ? [] : [name])),
  );

interface Writing {
  vault: DataVault;
  registries: Registries;
}

async function writeBatch(sql: Sql, writing: Writing, batch: Batch, now: Date): Promise<string[]> {
  const rows = digested(batch);
  const ids = rows.map(({ record }) => record.id);
  const known = new Map((await knownRows(sql, ids)).map((row) => [row.recordId, row]));
  const changed = rows
    .filter(({ record, digest }) => known.get(record.id)?.digest !== digest)
    .map(({ record }) => record);
  const stored = await storedRecords(
    sql,
    changed.map(({ id }) => id),
  );
  // Of a source that was here before, a record may have a row, deleted with all others.
  const isFirst = ({ id, state }: MappedRecord): boolean =>
    batch.silent && state === 'SERVED' && !(stored.has(id) && known.has(id));
  const first = changed.filter(isFirst);
  await loadRecords(
    sql,
    first.filter(({ id }) => !stored.has(id)).map((record) => draftOf(batch, record)),
  );
  const back = first.filter(({ id }) => stored.has(id));
  const inside = insideOf(writing, batch);
  const plans = back.map((record) => planWrite(draftOf(batch, record), stored.get(record.id), inside));
  await writePlanned(sql, writing.vault, plans, now, false);
  const told = changed.filter((record) => !isFirst(record));
  await writeTold(sql, writing, batch, told, stored, now);
  await keepRows(
    sql,
    batch.source,
    batch.generation,
    rows.map(({ record, digest }) => rowOf(batch, record, digest)),
  );
  return changed.map(({ id }) => id);
}

async function writeTold(
  sql: Sql,
  writing: Writing,
  batch: Batch,
  told: MappedRecord[],
  stored: Map<string, StoredRecord>,
  now: Date,
): Promise<void> {
  const { mapping } = batch;
  const inside = insideOf(writing, batch);
  const plans = told
    .filter(({ state }) => state === 'SERVED')
    .map((record) => {
      const held = stored.get(record.id);
      const before = held === undefined || held.deleted === true ? undefined : countsOf(mapping, held.data);
      const eventType = eventOf(mapping, before, countsOf(mapping, record.data));
      return planWrite({ ...draftOf(batch, record), eventType }, held, inside);
    });
  await writePlanned(sql, writing.vault, plans, now);
  for (const { id, state } of told)
    if (state !== 'SERVED' && stored.get(id)?.deleted === false)
      await deleteCopy(sql, writing.vault, id, several(writing.registries), now);
}

function insideOf({ registries }: Writing, { registry, mapping }: Batch): (data: MappedRecord['data']) => Identifier[] {
  const definition = registries.byName(registry);
  const recordType = definition?.recordTypes.find(({ name }) => name === mapping.type);
  return definition && recordType ? identifiersInside(definition, recordType) : () => [];
}

const draftOf = ({ registry, mapping, source }: Batch, { id, identifiers, data }: MappedRecord): RecordDraft => ({
  id,
  origin: source,
  registry,
  recordType: mapping.type,
  identifiers,
  data,
});
