/** Bringing the schema up to date, by one process at a time. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import type { Pooler } from '../../platform/config.js';
import type { Log } from '../../platform/log.js';
import type { Database } from '../database/database.js';
import { connectDatabase } from './connect.js';
import { renameFormerMigrations } from './former-migrations.js';
import { upPastLocks, type Patience } from './past-locks.js';
import { ensurePartitions } from '../database/partitions.js';
import { createClient, endClient } from '../database/pool.js';

/** Any number; the same for every process of the gateway, so that they start one after the other. */
const START_LOCK = 4_116_301;
const RETRY_MS = 200;
/** A sign of life, and how long the lock outlasts the last one: a process that froze lets the others start. */
const ALIVE_MS = 5000;
const FROZEN_MS = 30_000;

/**
 * Runs `work` while no other process does: migrations, seed, first key and partitions are made once. A connection that breaks
 * frees the lock; what is made twice then, the database refuses.
 *
 * @param url past a connection pooler: the lock belongs to a session
 */
export async function underStartLock<T>(url: string, work: () => Promise<T>, log?: Log): Promise<T> {
  const client = createClient(url, 'dci-start');
  let alive: NodeJS.Timeout | undefined;
  try {
    await client.connect();
    await client.query(`set idle_session_timeout = ${FROZEN_MS}`);
    await takeLock(client, log);
    alive = setInterval(() => void client.query('select 1').catch(() => undefined), ALIVE_MS);
    return await work();
  } finally {
    clearInterval(alive);
    await endClient(client);
  }
}

async function takeLock(client: Client, log: Log | undefined): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [START_LOCK]);
    if (rows[0]?.taken) return;
    if (tries === 1) log?.info('another process is preparing the database; waiting for it');
    await sleep(RETRY_MS);
  }
}

/** Brings the schema up to date and gives what that took; call under the start lock. */
export async function migrateDatabase(database: Database, now: Date, patience: Patience): Promise<string[]> {
  await renameFormerMigrations(database);
  const applied = await upPastLocks(database, patience);
  await ensurePartitions(database, now);
  return applied;
}

/** The same for a database named by its URL, start lock included. */
export async function migrate(
  url: string,
  now: Date = new Date(),
  {
    directUrl = url,
    pooler,
    log,
    patienceMs,
  }: { directUrl?: string | undefined; pooler?: Pooler; log?: Log; patienceMs?: number } = {},
): Promise<void> {
  const database = await connectDatabase(url, { poolSize: 3, pooler, directUrl });
  try {
    const patience = {
      patienceMs,
      waits: (reason: string) => log?.warn({ reason }, 'the database cannot be changed yet; it is tried again'),
    };
    await underStartLock(directUrl, () => migrateDatabase(database, now, patience), log);
  } finally {
    await database.close();
  }
}
