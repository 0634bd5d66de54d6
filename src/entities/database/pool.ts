/**
 * Connections to PostgreSQL, every wait with a bound: for a place in the pool, for the connection, for an answer. A server
 * that went silent is given up, and keep-alive finds out while nothing is asked.
 */
import { createPostgreSqlTypeParsers } from '@mikro-orm/postgresql';
import { Client, TypeOverrides, type Pool, type ClientConfig } from 'pg';
import type { Log } from '../../platform/log.js';
import { limitAnswers } from './answer-limit.js';
import { Places } from './places.js';

/** To a connection beside the pool. */
const CONNECT_MS = 5000;
/** To a place in the pool, while the server answers others: as long as a statement may take. */
const PLACE_MS = 30_000;
/** A server that answers nobody for so long is away. */
const SILENT_MS = 5000;
/** What an answer may take beyond the limit that the server itself keeps to. */
export const ANSWER_MS = 5000;

export interface PoolOptions {
  poolSize: number;
  /** Of one statement, in milliseconds: PostgreSQL ends a longer one. 0 = none. */
  statementTimeoutMs: number;
  log?: Log | undefined;
  /** After so long a server that answers nobody is away. */
  silentMs?: number | undefined;
  /** A pooler takes no parameters of the start but its own: then our own clock alone ends what takes too long. */
  pooled?: boolean | undefined;
}

export function createPool(
  connectionString: string,
  { poolSize, statementTimeoutMs, log, silentMs = SILENT_MS, pooled = false }: PoolOptions,
): Pool {
  const config = {
    ...bounded(connectionString, PLACE_MS),
    max: poolSize,
    types: textualTimes(),
    // A parameter of the connection's start: no statement waits for it.
    ...(statementTimeoutMs > 0 && !pooled ? { statement_timeout: statementTimeoutMs } : {}),
  };
  const pool = new Places(config, silentMs);
  pool.on('connect', limitAnswers(statementTimeoutMs > 0 ? statementTimeoutMs + ANSWER_MS : 0));
  outliveBreaks(pool, (error) => log?.debug({ err: error }, 'a connection to the database broke'));
  return pool;
}

/**
 * A connection that breaks ends the process where nobody listens: of one that is idle the pool, of one that is lent out it
 * alone. What was asked over it fails by itself.
 */
export function outliveBreaks(pool: Pool, tell: (error: Error) => void = () => undefined): void {
  pool.on('error', tell).on('connect', (client) => client.on('error', tell));
}

/** A connection of its own, beside the pool: for sessions that listen or hold a lock. What breaks it fails what was asked. */
export function createClient(connectionString: string, applicationName: string, answerMs = ANSWER_MS): Client {
  return new Client({
    ...bounded(connectionString, CONNECT_MS),
    query_timeout: answerMs,
    application_name: applicationName,
  }).on('error', () => undefined);
}

/** Does not wait for a server that does not answer. */
export async function endClient(client: Client): Promise<void> {
  const limit = setTimeout(() => client.connection.stream.destroy(), 1000);
  await client.end().catch(() => undefined);
  clearTimeout(limit);
}

const bounded = (connectionString: string, connectionTimeoutMillis: number): ClientConfig => ({
  connectionString,
  connectionTimeoutMillis,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
});

/** As MikroORM reads them: dates and times arrive as text, and lists of them as lists of text. */
function textualTimes(): TypeOverrides {
  const overrides = new TypeOverrides();
  const readList = (text: string): string[] => text.match(/[^{},"]+/g) ?? [];
  for (const [oid, parse] of Object.entries(createPostgreSqlTypeParsers(readList)))
    overrides.setTypeParser(Number(oid), parse);
  return overrides;
}
