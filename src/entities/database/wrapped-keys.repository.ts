/** Every column that is sealed under the master key, read and moved to another a batch at a time. */
import type { MasterKey } from '../../platform/master-key.js';
import { placeOf } from './data-vault.js';
import type { Sql } from './database.js';

const BATCH = 200;

/** How each box of a column is bound to its row. */
export interface Wrapped {
  table: string;
  id: string;
  column: string;
  facts: string;
  place: (row: Record<string, string>) => string;
}

export const WRAPPED: Wrapped[] = [
  {
    table: 'data_key',
    id: 'id',
    column: 'wrapped',
    facts: `owner, to_char(month, 'YYYY-MM-DD') as month`,
    place: ({ owner = '', month = '' }) => placeOf(owner, month),
  },
  { table: 'server_key', id: 'id', column: 'private_sealed', facts: 'kid', place: ({ kid }) => `server_key:${kid}` },
  ...['client_secret', 'tls_key', 'bearer'].map((name) => ({
    table: 'sender_outbound',
    id: 'sender_id',
    column: `${name}_sealed`,
    facts: 'sender_id as sender',
    place: ({ sender }: Record<string, string>) => `sender_outbound:${sender}:${name}`,
  })),
  {
    table: 'admin_account',
    id: 'id',
    column: 'totp_sealed',
    facts: 'id as account',
    place: ({ account = '' }) => `admin_account:${account}:totp`,
  },
];

/** Those behind `after`, in the transaction of `sql`. `last` is where to go on; undefined at the end. */
export async function rewrapBatch(
  sql: Sql,
  { table, id, column, facts, place }: Wrapped,
  masterKey: MasterKey,
  after: string,
): Promise<{ rewrapped: number; last: string | undefined }> {
  const rows = await sql.query<{ row: string; box: Buffer } & Record<string, string>>(
    `select ${id} as row, ${column} as box, ${facts} from ${table}
     where ${column} is not null and ${id} > $1 order by ${id} limit ${BATCH} for update`,
    [after],
  );
  let rewrapped = 0;
  for (const { row, box, ...bound } of rows) {
    const moved = masterKey.rewrap(box, place(bound));
    if (moved === undefined) continue;
    await sql.query(`update ${table} set ${column} = $2 where ${id} = $1`, [row, moved]);
    rewrapped += 1;
  }
  return { rewrapped, last: rows.length < BATCH ? undefined : rows.at(-1)?.row };
}
