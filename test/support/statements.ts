/** Counts the SQL statements that a gateway sends to PostgreSQL while something runs. */
import type { Client } from 'pg';
import type { Database } from '../../src/entities/database/database.js';

type Query = (...args: unknown[]) => unknown;

/** The texts of all statements that `work` caused, whether through entities or plain SQL. */
export async function statementsOf(database: Database, work: () => Promise<unknown>): Promise<string[]> {
  const statements: string[] = [];
  // One prototype serves all connections of the pool, those opened later included.
  const connection = await database.pool.connect();
  const prototype = Object.getPrototypeOf(connection) as { query: Query };
  connection.release();
  const { query } = prototype;
  prototype.query = function (this: Client, ...args: unknown[]) {
    const [first] = args;
    const text = typeof first === 'string' ? first : (first as { text?: string } | undefined)?.text;
    if (text !== undefined) statements.push(text);
    return query.apply(this, args);
  };
  try {
    await work();
  } finally {
    prototype.query = query;
  }
  return statements;
}
