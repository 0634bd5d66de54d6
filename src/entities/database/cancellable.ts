/** A statement that ends when its signal aborts: nobody waits for it, so the database need not go on either. */
import { Client, type ClientConfig, type Pool, type PoolClient, type QueryConfig } from 'pg';
import { endClient } from './pool.js';

const CANCEL_MS = 5_000;

/** @throws what PostgreSQL says of a cancelled statement, or the signal's reason where it had not begun */
export async function queryUntil<Row>(pool: Pool, query: QueryConfig, signal: AbortSignal): Promise<Row[]> {
  signal.throwIfAborted();
  const client = await pool.connect();
  let cancelled: Promise<void> | undefined;
  const cancel = () => void (cancelled = cancelStatement(pool, client));
  signal.addEventListener('abort', cancel, { once: true });
  try {
    signal.throwIfAborted();
    return (await client.query(query)).rows as Row[];
  } finally {
    signal.removeEventListener('abort', cancel);
    // Not before: a late word must not end the next statement of this connection.
    await cancelled;
    client.release();
  }
}

/** Over a connection of its own: when the pool is full of statements to cancel, none of its places comes free. */
async function cancelStatement(pool: Pool, client: PoolClient): Promise<void> {
  const { processID } = client as PoolClient & { processID: number };
  const messenger = new Client({ ...connectionOf(pool), connectionTimeoutMillis: CANCEL_MS, query_timeout: CANCEL_MS });
  messenger.on('error', () => {});
  try {
    await messenger.connect();
    await messenger.query('select pg_cancel_backend($1)', [processID]);
  } catch {
    // The statement ends by its own limit.
  } finally {
    await endClient(messenger);
  }
}

/** `password` is not enumerable there. */
function connectionOf(pool: Pool): ClientConfig {
  const options = (pool as Pool & { options: ClientConfig }).options;
  return { ...options, password: options.password };
}
