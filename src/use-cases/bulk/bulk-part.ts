/** One part of an uploaded file, worked on and settled; its rows go when the last part is done. */
import type { Unit } from '../../entities/database/database.js';
import { dropChunks, loadChunk } from '../../entities/queues/bulk.repository.js';
import type { BulkRow } from '../../protocol/search/bulk.js';
import type { Call, Outcome } from '../call.js';
import { coalesce } from '../../platform/coalesce.js';
import { LOOK_UPS_AT_ONCE, type SourceQuery, type SourceResult } from '../../sources/registry-source.js';
import { inTurns } from '../../sources/source-router.js';
import type { Services } from '../services.js';
import type { BulkInput } from './bulk.types.js';

/** Rows of a chunk, and items of a callback. */
export const ROWS_PER_CHUNK = 500;

export interface BulkPart {
  rows: BulkRow[];
  /** Number of rows before and in this part. */
  done: number;
}

export async function loadPart({ database, vault }: Services, call: Call, input: BulkInput): Promise<BulkPart> {
  if (call.part === undefined) throw new Error('an upload is worked on in parts');
  if (input.rows === 0) return { rows: [], done: 0 };
  const { from } = call.part;
  const place = { uploadId: input.uploadId, sequence: Math.floor(from / ROWS_PER_CHUNK) };
  const rows = await loadChunk<BulkRow>(database, vault, place);
  const done = from + rows.length;
  if (done < input.rows) call.part.leave(done);
  return { rows, done };
}

/** For the rows of a part, all at once: look-ups of one identifier are asked together, anything else a few at a time. */
export function boundedSource(services: Services): Services {
  const { source } = services;
  const inTurn = inTurns((query) => source.search(query));
  const joined = coalesce((queries: readonly SourceQuery[]) => lookUpEach(source, queries), THERE);
  const search = async (query: SourceQuery): Promise<SourceResult> => {
    if (!('identifier' in query.criteria)) return inTurn(query);
    // Our tables take them together with those of other callers.
    if ((await source.storedUnder(query)) !== undefined) return source.search(query);
    return (await joined(query)) ?? inTurn(query);
  };
  return { ...services, source: { ...source, search } };
}

const THERE = { underWay: 1, atOnce: LOOK_UPS_AT_ONCE };

/** Of any record types. */
async function lookUpEach(
  source: Services['source'],
  queries: readonly SourceQuery[],
): Promise<(SourceResult | undefined)[]> {
  const found = new Map<SourceQuery, SourceResult | undefined>();
  for (const alike of Map.groupBy(queries, ({ recordType }) => recordType).values()) {
    const results = await source.lookUp(alike);
    alike.forEach((query, index) => found.set(query, results[index]));
  }
  return queries.map((query) => found.get(query));
}

/** Settles a part, the last in one transaction with the end of the rows; the next are worked on meanwhile. */
export async function settlePart(
  { database }: Services,
  call: Call,
  { uploadId, rows }: BulkInput,
  { done }: BulkPart,
  outcome: Omit<Outcome, 'itemCount' | 'itemsDone' | 'partial'>,
): Promise<void> {
  const partial = done < rows;
  const settled = { ...outcome, itemCount: rows, itemsDone: done, partial };
  if (partial) return call.settle(settled);
  await call.part?.turn();
  await database.transaction(async (unit: Unit) => {
    await call.settle(settled, unit);
    await dropChunks(unit, uploadId);
  });
}
