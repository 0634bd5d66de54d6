/**
 * Connections to MariaDB and MySQL. The driver waits for an answer for ever, and keeps what is idle as long: behind a
 * firewall that forgot the connection, every question would hang until the network gives up.
 */
import type { Socket } from 'node:net';
import type { Pool, PoolConnection, PoolOptions } from 'mysql2';

const CONNECT_MS = 5000;
const IDLE_MS = 30_000;

interface Limits {
  size: number;
  /** That an answer may take. */
  answerMs: number;
}

export async function openMysqlPool(
  url: string,
  { size, answerMs }: Limits,
  typeCast: NonNullable<PoolOptions['typeCast']>,
): Promise<Pool> {
  // Loaded where a source is of this kind.
  const { createPool } = await import('mysql2');
  const pool = createPool({
    uri: url.replace(/^mariadb:/, 'mysql:'),
    connectionLimit: size,
    connectTimeout: CONNECT_MS,
    // Only a pool that may not keep all of them looks how long they are idle.
    maxIdle: size - 1,
    idleTimeout: IDLE_MS,
    charset: 'utf8mb4',
    multipleStatements: false,
    jsonStrings: true,
    typeCast,
  });
  pool.on('connection', (connection) => limitAnswers(connection, answerMs));
  return pool;
}

type Told = (...answer: unknown[]) => void;
type Query = (text: string, values: unknown, told: Told) => unknown;

function limitAnswers(connection: PoolConnection, ms: number): void {
  const { stream } = connection as unknown as { stream: Socket };
  // One that breaks is left by its pool; whoever asked is told.
  connection.on('error', () => undefined);
  const ask = connection.query.bind(connection) as unknown as Query;
  const query: Query = (text, values, told) => {
    const late = Object.assign(new Error(`no answer came within ${ms / 1000} seconds`), { code: 'ETIMEDOUT' });
    const timer = setTimeout(() => stream.destroy(late), ms);
    return ask(text, values, (...answer) => {
      clearTimeout(timer);
      told(...answer);
    });
  };
  Object.assign(connection, { query });
}
