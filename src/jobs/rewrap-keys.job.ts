/** Moves every wrapped key from another master key to MASTER_KEY, a batch at a time, while the gateway runs. */
import { placeOf } from '../entities/database/data-vault.js';
import type { Database, Sql } from '../entities/database/database.js';
import type { Log } from '../platform/log.js';
import type { MasterKey } from '../platform/master-key.js';

const BATCH = 200;

/** A column that is sealed under the master key, and how each of its boxes is bound to its row. */
interface Wrapped {
  table: string;
  id: string;
  column: string;
  facts: string;
  place: (row: Record<string, string>) => string;
}

const WRAPPED: Wrapped[] = [
  {
    table: 'data_key',
    id: 'id',
    column: 'wrapped',
    facts: `owner, to_char(month, 'YYYY-MM-DD') as month`,
    place: ({ owner = '', month = '' }) => placeOf(owner, month),
  },
  { table: 'server_key', id: 'id', column: 'private_sealed', facts: 'kid', place: ({ kid }) => `server_key:${kid}` },
  ...['client_secret', 'tls_key'].map((name) => ({
    table: 'sender_outbound',
    id: 'sender_id',
    column: `${name}_sealed`,
    facts: 'sender_id',
    place: ({ sender_id: sender }: Record<string, string>) => `sender_outbound:${sender}:${name}`,
  })),
];

/** @returns how many were moved; 0 means that the other master key is needed no more */
export async function rewrapKeys(database: Database, masterKey: MasterKey, log: Log): Promise<{ rewrapped: number }> {
  let rewrapped = 0;
  for (const wrapped of WRAPPED) {
    let after: string | undefined = '00000000-0000-0000-0000-000000000000';
    while (after !== undefined) {
      const from: string = after;
      const batch = await database.transaction((unit) => rewrapBatch(unit, wrapped, masterKey, from));
      rewrapped += batch.rewrapped;
      after = batch.last;
    }
  }
  if (rewrapped > 0) log.info({ rewrapped }, 'keys moved to MASTER_KEY');
  else log.warn('every key is under MASTER_KEY: MASTER_KEY_PREVIOUS can be taken out once all processes have it so');
  return { rewrapped };
}

async function rewrapBatch(
  sql: Sql,
  { table, id, column, facts, place }: Wrapped,
  masterKey: MasterKey,
  after: string,
): Promise<{ rewrapped: number; last: string | undefined }> {
  const rows = await sql.query<{ row_id: string; box: Buffer } & Record<string, string>>(
    `select ${id} as row_id, ${column} as box, ${facts} from ${table}
     where ${column} is not null and ${id} > $1 order by ${id} limit ${BATCH} for update`,
    [after],
  );
  let rewrapped = 0;
  for (const { row_id: rowId, box, ...row } of rows) {
    const moved = masterKey.rewrap(box, place(row));
    if (moved === undefined) continue;
    await sql.query(`update ${table} set ${column} = $2 where ${id} = $1`, [rowId, moved]);
    rewrapped += 1;
  }
  return { rewrapped, last: rows.length < BATCH ? undefined : rows.at(-1)?.row_id };
}
