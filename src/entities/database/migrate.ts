import { Database } from './database.js';
import { ensurePartitions } from './partitions.js';

/** Any number; the same for every process of the gateway, so that they start one after the other. */
const START_LOCK = 4_116_301;

/** Runs `work` while no other process does: migrations, seed, first key and partitions are made once. */
export async function underStartLock<T>(database: Database, work: () => Promise<T>): Promise<T> {
  const client = await database.pool.connect();
  try {
    await client.query('set statement_timeout = 0');
    await client.query('select pg_advisory_lock($1)', [START_LOCK]);
    return await work();
  } finally {
    await client.query('select pg_advisory_unlock($1)', [START_LOCK]);
    await client.query('reset statement_timeout');
    client.release();
  }
}

/** Brings the schema up to date; call under the start lock. */
export async function migrateDatabase(database: Database, now: Date): Promise<void> {
  await database.orm.migrator.up();
  await ensurePartitions(database, now);
}

/** The same for a database named by its URL, start lock included. */
export async function migrate(url: string, now: Date = new Date()): Promise<void> {
  const database = await Database.connect(url, { poolSize: 3 });
  try {
    await underStartLock(database, () => migrateDatabase(database, now));
  } finally {
    await database.close();
  }
}
