/** What is kept of the records of a source that is followed: copies of a mirror; of a live source, only what tells changes. */
import { createHash } from 'node:crypto';
import type { Sql } from '../../entities/database/database.js';
import type { KnownRow, SourceRow } from '../../entities/sources/source-row.repository.js';
import type { Registry } from '../../protocol/vocabulary.js';
import { valuesAt } from '../../protocol/query/evaluate.js';
import type { MappedRecord } from './map-records.js';
import type { RecordMapping } from './source-file.schema.js';
import type { StillServed } from './still-served.js';

export interface Batch {
  source: string;
  mapping: RecordMapping;
  /** Of the dictionary. */
  registry: Registry;
  records: MappedRecord[];
  generation: number;
  /** A first load tells nobody of records that were there before. */
  silent: boolean;
  /** What happened, where the source says it itself. */
  eventType?: string | undefined;
  /** Of those that end, where that was asked. */
  stillServed?: StillServed | undefined;
}

/** In the transaction that keeps how far the source is read: what was told and what was read commit together. */
export interface Keeping {
  /** Gives the ids of records that changed. */
  write(sql: Sql, batch: Batch, now: Date): Promise<string[]>;
  /** Of records that are gone at the source. */
  end(sql: Sql, rows: KnownRow[], now: Date, stillServed?: StillServed): Promise<void>;
  /** What has to be asked of the source about those that end, before the transaction. @throws SourceFault */
  stillServed?(sql: Sql, mapping: RecordMapping, records: MappedRecord[], gone: string[]): Promise<StillServed>;
}

/** Each record of a batch once, with what tells whether it changed. */
export function digested({ records, eventType }: Batch): { record: MappedRecord; digest: string }[] {
  const once = new Map(records.map((record) => [record.id, record]));
  return [...once.values()].map((record) => ({ record, digest: digestOf(record, eventType) }));
}

/** @param said another event is told, though what we may see of the record is the same */
function digestOf({ state, identifiers, data, path, reason }: MappedRecord, said?: string): string {
  return createHash('sha256')
    .update(JSON.stringify([state, identifiers, data, path, reason, ...(said === undefined ? [] : [said])]))
    .digest('base64');
}

export const rowOf = (
  { mapping }: Batch,
  { id, state, path, reason, key, children }: MappedRecord,
  digest: string,
): SourceRow => ({
  recordId: id,
  entry: mapping.name,
  state,
  path: path ?? null,
  reason: reason ?? null,
  digest,
  key,
  children,
});

type Counts = Record<string, number>;

/** How many values the paths have that decide which event a change is. */
export function countsOf({ events }: RecordMapping, data: Record<string, unknown>): Counts {
  const paths = [...Object.keys(events.added), ...Object.keys(events.set)];
  return Object.fromEntries(paths.map((path) => [path, valuesAt([data], path.split('.')).flat().length]));
}

/** The first that fits: a list that grew, a value that was not there before, else that it is new or changed. */
export function eventOf({ events }: RecordMapping, before: Counts | undefined, after: Counts): string | undefined {
  if (before === undefined) return events.created;
  const count = (of: Counts, path: string): number => of[path] ?? 0;
  for (const [path, event] of Object.entries(events.added)) if (count(after, path) > count(before, path)) return event;
  for (const [path, event] of Object.entries(events.set))
    if (count(after, path) > 0 && count(before, path) === 0) return event;
  return events.changed;
}
