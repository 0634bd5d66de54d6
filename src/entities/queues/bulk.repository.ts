/** Uploaded rows, kept sealed in chunks from the upload until they are worked on. */
import type { DataVault } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';

export interface ChunkPlace {
  uploadId: string;
  /** From 0. */
  sequence: number;
}

const placeOf = ({ uploadId, sequence }: ChunkPlace): string => `bulk_chunk:${uploadId}:${sequence}`;

export async function storeChunk(
  sql: Sql,
  vault: DataVault,
  place: ChunkPlace & { owner: string },
  rows: unknown[],
  now: Date,
): Promise<void> {
  const { dataKeyId, sealed } = await vault.seal(place.owner, now, placeOf(place), rows);
  await sql.query(STORE, [place.uploadId, place.sequence, dataKeyId, sealed], 'store-chunk');
}

// Not waited for: the commit that accepts the upload is behind them in the log, and is on the disk only with them. Dated by
// the database: by a clock that is behind they would be old at once, and dropped.
const STORE = `
with unwaited as (select set_config('synchronous_commit', 'off', true))
insert into bulk_chunk (upload_id, sequence, data_key_id, rows_sealed)
select $1::uuid, $2::int, $3::uuid, $4::bytea from unwaited`;

/** @throws Error when it is gone: dropped, or its key shredded */
export async function loadChunk<Row>(sql: Sql, vault: DataVault, place: ChunkPlace): Promise<Row[]> {
  const [row] = await sql.query<{ dataKeyId: string; sealed: Buffer }>(
    'select data_key_id as "dataKeyId", rows_sealed as sealed from bulk_chunk where upload_id = $1 and sequence = $2',
    [place.uploadId, place.sequence],
    'load-chunk',
  );
  const rows = row === undefined ? undefined : await vault.open(row.dataKeyId, row.sealed, placeOf(place));
  if (rows === undefined) throw new Error('uploaded rows are gone');
  return rows as Row[];
}

/** Once their answers are on their way, or the upload was refused. */
export async function dropChunks(sql: Sql, uploadId: string): Promise<void> {
  await sql.query('delete from bulk_chunk where upload_id = $1', [uploadId]);
}

/** Of uploads that nobody waits for: cut short by a crash, or refused while they were worked on. */
export async function dropOrphanChunks(sql: Sql, before: Date): Promise<void> {
  await sql.query(
    `delete from bulk_chunk c where created_at < $1 and not exists (
       select 1 from accepted_request a join transaction t on t.id = a.id where t.correlation_id = c.upload_id::text)`,
    [before],
  );
}
