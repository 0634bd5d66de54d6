/**
 * How long a connection waits for an answer: our own clock, for a server that went silent. The driver's own limit and its
 * promises are made inside a function that also holds the statement: what an answer brought would stay in memory until V8's
 * next full collection.
 */
import type { PoolClient, QueryConfig, QueryResult } from 'pg';

export interface Statement extends QueryConfig {
  /** Another limit than the connection's. */
  answerMs?: number | undefined;
}

type Told = (error: Error | null, result: QueryResult) => void;
type Query = (statement: Statement | string, values?: unknown[], told?: Told) => Promise<QueryResult> | undefined;
type Asked = (statement: Statement | string, values: unknown[] | undefined, told: Told) => void;

/** For each new connection. @param ms 0 = no limit */
export function limitAnswers(ms: number): (client: PoolClient) => void {
  return (client) => {
    // Found anew each time: whoever watches statements, as tracing does, puts itself there.
    const prototype = Object.getPrototypeOf(client) as { query: Asked };
    const asked: Asked = (...statement) => prototype.query.apply(client, statement);
    const ask: Asked = (statement, values, told) => {
      const { answerMs = ms } = typeof statement === 'string' ? {} : statement;
      asked(statement, values, answerMs > 0 ? inTime(setTimeout(giveUp, answerMs, client), told) : told);
    };
    const query: Query = (statement, values, told) => {
      if (told === undefined) return promised(ask, statement, values);
      ask(statement, values, told);
      return undefined;
    };
    Object.assign(client, { query });
  };
}

function giveUp(client: PoolClient & { connection?: { stream: { destroy(error: Error): void } } }): void {
  client.connection?.stream.destroy(new Error('Query read timeout'));
}

const inTime =
  (timer: NodeJS.Timeout, told: Told): Told =>
  (error, result) => {
    clearTimeout(timer);
    told(error, result);
  };

async function promised(ask: Asked, ...[statement, values]: Parameters<Query>): Promise<QueryResult> {
  try {
    return await new Promise((resolve, reject) => ask(statement, values, settling(resolve, reject)));
  } catch (error) {
    // Where it was asked, not where the answer was read.
    if (error instanceof Error) Error.captureStackTrace(error);
    throw error;
  }
}

const settling =
  (resolve: (result: QueryResult) => void, reject: (error: Error) => void): Told =>
  (error, result) =>
    error === null || error === undefined ? resolve(result) : reject(error);
