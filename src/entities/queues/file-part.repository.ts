/** The bytes of an imported file, and its refused rows, sealed in parts. */
import { GATEWAY_OWNER, type DataVault } from '../database/data-vault.js';
import type { Sql } from '../database/database.js';

export type PartKind = 'FILE' | 'REFUSED';

export interface PartPlace {
  importId: string;
  kind: PartKind;
  /** Bytes before it. */
  start: number;
}

const placeOf = ({ importId, kind, start }: PartPlace): string => `file_import_part:${importId}:${kind}:${start}`;

/** Again at the same place it takes the place of what was there. */
export async function storePart(sql: Sql, vault: DataVault, place: PartPlace, bytes: Buffer, now: Date): Promise<void> {
  const { dataKeyId, sealed } = await vault.seal(GATEWAY_OWNER, now, placeOf(place), bytes.toString('base64'));
  await sql.query(
    `insert into file_import_part (import_id, kind, start, length, data_key_id, sealed) values ($1, $2, $3, $4, $5, $6)
     on conflict (import_id, kind, start) do update set length = $4, data_key_id = $5, sealed = $6`,
    [place.importId, place.kind, place.start, bytes.length, dataKeyId, sealed],
    'store-part',
  );
}

/** The bytes from `start` on, one part after the other. @throws Error where one of them is gone */
export async function* readParts(
  sql: Sql,
  vault: DataVault,
  { importId, kind, start }: PartPlace,
): AsyncGenerator<Buffer> {
  for (let from = start; ;) {
    const [row] = await sql.query<{ start: number; length: number; dataKeyId: string; sealed: Buffer }>(
      `select start::float8 as start, length, data_key_id as "dataKeyId", sealed from file_import_part
       where import_id = $1 and kind = $2 and start + length > $3 order by start limit 1`,
      [importId, kind, from],
      'read-part',
    );
    if (row === undefined) return;
    const text = await vault.open(row.dataKeyId, row.sealed, placeOf({ importId, kind, start: row.start }));
    if (typeof text !== 'string') throw new Error('a part of the file is gone');
    const bytes = Buffer.from(text, 'base64');
    yield bytes.subarray(Math.max(from - row.start, 0));
    from = row.start + row.length;
  }
}

/** Behind the last of them. */
export async function partsEnd(sql: Sql, importId: string, kind: PartKind): Promise<number> {
  const [row] = await sql.query<{ end: number }>(
    'select coalesce(max(start + length), 0)::float8 as end from file_import_part where import_id = $1 and kind = $2',
    [importId, kind],
  );
  return row?.end ?? 0;
}

export async function dropParts(sql: Sql, importId: string, kind: PartKind): Promise<void> {
  await sql.query('delete from file_import_part where import_id = $1 and kind = $2', [importId, kind]);
}
