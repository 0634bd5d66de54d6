/**
 * Before anything else at a start: the database is there, and takes writes. One that refuses (it starts, changes over, has
 * no connection left) is asked again for a while; one that will never do stops the start with the remedy.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { escapeIdentifier } from 'pg';
import type { Log } from '../../platform/log.js';
import { IDENTITY } from './identity.sql.js';
import { createClient, endClient } from './pool.js';
import { isUnavailable } from './unavailable.js';

const RETRY_MS = 1000;
const MISSING = '3D000';
const EXISTS = '42P04';
/** There on every server, for whoever wants to make another. */
const MAINTENANCE = 'postgres';

export interface AwaitOptions {
  /** Makes the database that the URL names where it is missing. */
  createDatabase?: boolean;
  /** How long a database that refuses is asked again. */
  patienceMs?: number;
  log?: Log | undefined;
}

/** @throws Error that says what the operator can do */
export async function awaitDatabase(
  url: string,
  { createDatabase = false, patienceMs = 0, log }: AwaitOptions = {},
): Promise<void> {
  for (const deadline = Date.now() + patienceMs; ; await sleep(RETRY_MS))
    try {
      return await examine(url, createDatabase, log);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      if (Date.now() >= deadline)
        throw new Error(`the database cannot be reached: ${textOf(error)}; check DATABASE_URL and the server`, {
          cause: error,
        });
      log?.warn({ reason: textOf(error) }, 'the database cannot be reached yet; it is tried again');
    }
}

async function examine(url: string, createDatabase: boolean, log: Log | undefined): Promise<void> {
  try {
    await requireWritable(url);
  } catch (error) {
    if (codeOf(error) !== MISSING) throw error;
    const name = databaseOf(url);
    if (name === '')
      throw new Error('DATABASE_URL names no database: postgres://user:password@host/database', { cause: error });
    if (!createDatabase)
      throw new Error(
        `there is no database "${name}" on that server: check the name in DATABASE_URL, or set CREATE_DATABASE=true to make it`,
        { cause: error },
      );
    await create(url, name);
    log?.info({ database: name }, 'made the database');
  }
}

async function requireWritable(url: string): Promise<void> {
  const rows = await ask(
    url,
    `select pg_is_in_recovery() as standby, current_setting('transaction_read_only') as only`,
  );
  const [{ standby, only }] = rows as [{ standby: boolean; only: string }];
  if (!standby && only === 'off') return;
  const reason = standby ? 'it is a standby, or in recovery' : 'default_transaction_read_only is on';
  throw new Error(
    `the database of DATABASE_URL takes no writes (${reason}): the gateway records what it does before it answers; name the primary`,
  );
}

/**
 * The way past a pooler leads to the same database: else its lock and its wake-ups would be nobody's.
 *
 * @throws Error that names the setting
 */
export async function requireDirect(url: string, directUrl: string): Promise<void> {
  const which = `select ${IDENTITY} as database`;
  const [own] = (await ask(url, which)) as { database: string }[];
  const [direct] = (await ask(directUrl, which).catch((error: unknown) => {
    throw new Error(`DATABASE_DIRECT_URL: the database cannot be reached by it: ${textOf(error)}`, { cause: error });
  })) as { database: string }[];
  if (own?.database !== direct?.database)
    throw new Error('DATABASE_DIRECT_URL leads to another database than DATABASE_URL: name the same, past the pooler');
}

async function create(url: string, name: string): Promise<void> {
  const maintenance = new URL(url);
  maintenance.pathname = `/${MAINTENANCE}`;
  await ask(maintenance.href, `create database ${escapeIdentifier(name)}`).catch((error: unknown) => {
    // Another process was faster.
    if (codeOf(error) !== EXISTS) throw error;
  });
}

async function ask(url: string, text: string): Promise<unknown[]> {
  const client = createClient(url, 'dci-start');
  try {
    await client.connect();
    return (await client.query(text)).rows;
  } finally {
    await endClient(client);
  }
}

const databaseOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));
const codeOf = (error: unknown): unknown => (Object(error) as { code?: unknown }).code;
const textOf = (error: unknown): string => {
  const { message, code } = Object(error) as { message?: string; code?: string };
  return message || code || String(error);
};
