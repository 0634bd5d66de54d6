/** One part of an uploaded file, worked on and settled; its rows go when the last part is done. */
import type { Unit } from '../../entities/database/database.js';
import { dropChunks, loadChunk } from '../../entities/queues/bulk.repository.js';
import type { BulkRow } from '../../protocol/search/bulk.js';
import type { Call, Outcome } from '../call.js';
import type { Services } from '../services.js';
import type { BulkInput } from './bulk.types.js';

/** Rows of a chunk, and items of a callback. */
export const ROWS_PER_CHUNK = 500;

/** Rows worked on at a time: each is a statement or two. */
const ABREAST = 4;

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
  return { rows, done: from + rows.length };
}

/** Answers in the order of the rows. */
export async function answerRows<Answer>(
  rows: BulkRow[],
  answerRow: (row: BulkRow) => Promise<Answer>,
): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let from = 0; from < rows.length; from += ABREAST)
    answers.push(...(await Promise.all(rows.slice(from, from + ABREAST).map(answerRow))));
  return answers;
}

/** Settles a part in one transaction with the end of its rows. */
export async function settlePart(
  { database }: Services,
  call: Call,
  { uploadId, rows }: BulkInput,
  { done }: BulkPart,
  outcome: Omit<Outcome, 'itemCount' | 'itemsDone' | 'partial'>,
): Promise<void> {
  const partial = done < rows;
  await database.transaction(async (unit: Unit) => {
    await call.settle({ ...outcome, itemCount: rows, itemsDone: done, partial }, unit);
    if (!partial) await dropChunks(unit, uploadId);
  });
}
