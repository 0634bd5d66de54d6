/**
 * One connection of the pool, lent to one user: it takes one statement at a time, always goes back, and is thrown away
 * where nobody can say in what state it is.
 */
import type { CompiledQuery, DatabaseConnection, QueryResult } from 'kysely';
import { DatabaseError, type Pool, type PoolClient, type QueryResult as Answer } from 'pg';
import type { Statement } from './answer-limit.js';

const WRITES = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE']);
/** A process that froze inside a transaction keeps its locks no longer than this: the server ends its session. */
const FROZEN_MS = 30_000;

export class HeldConnection implements DatabaseConnection {
  #last: Promise<unknown> = Promise.resolve();
  #broken: Error | undefined;
  #ended = false;
  #held = true;
  /** Of one statement, where it is another than the pool's. */
  answerMs: number | undefined;

  private constructor(private readonly client: PoolClient) {
    client.on('error', this.#lost);
  }

  static async take(pool: Pool): Promise<HeldConnection> {
    return new HeldConnection(await pool.connect());
  }

  /** @throws at once what broke the connection, if anything did */
  async query(text: string, values?: unknown[], name?: string): Promise<Answer> {
    // By itself it would be committed.
    if (this.#ended) throw new Error('a statement came after the end of its transaction');
    const answer = this.#last.then(() => this.#send(text, values, name));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  begin(): Promise<unknown> {
    return this.query(`begin; set local idle_in_transaction_session_timeout = ${FROZEN_MS}`);
  }

  /** Commit or rollback. After a failed one nobody knows whether the transaction is still open. */
  async end(statement: 'commit' | 'rollback'): Promise<void> {
    const ending = this.query(statement);
    this.#ended = true;
    try {
      await ending;
    } catch (error) {
      this.#lost(error as Error);
      throw error;
    }
  }

  /** Once more does nothing. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.client.off('error', this.#lost);
    this.client.release(this.#broken);
  }

  /** As Kysely and MikroORM ask. */
  async executeQuery<Row>({ sql, parameters }: CompiledQuery): Promise<QueryResult<Row>> {
    const { command, rowCount, rows } = await this.query(sql, [...parameters]);
    return {
      rows: rows as Row[],
      ...(WRITES.has(command) && rowCount !== null ? { numAffectedRows: BigInt(rowCount) } : {}),
    };
  }

  streamQuery(): never {
    throw new Error('no rows are streamed here: ask for pages');
  }

  async #send(text: string, values?: unknown[], name?: string): Promise<Answer> {
    if (this.#broken !== undefined) throw this.#broken;
    const statement: Statement = { text, values, name, answerMs: this.answerMs };
    try {
      return await this.client.query(statement);
    } catch (error) {
      // What the server refused is over; after anything else an answer may still be on its way.
      if (!(error instanceof DatabaseError)) this.#lost(error as Error);
      throw error;
    }
  }

  readonly #lost = (error: Error): void => {
    this.#broken ??= error;
  };
}

/** Commits when `work` returns, rolls back when it throws. */
export async function inTransaction<T>(pool: Pool, work: (connection: HeldConnection) => Promise<T>): Promise<T> {
  const connection = await HeldConnection.take(pool);
  try {
    await connection.begin();
    const result = await work(connection);
    await connection.end('commit');
    return result;
  } catch (error) {
    // The first fault says why; a commit that failed has thrown the connection away.
    await connection.end('rollback').catch(() => undefined);
    throw error;
  } finally {
    connection.release();
  }
}
