/** The database of the environment: `DATABASE_URL`, or the embedded one of `DATA_DIR`, whether a gateway runs on it or not. */
import { awaitDatabase } from '../entities/database/await-database.js';
import type { Database } from '../entities/database/database.js';
import { connectDatabase } from '../entities/schema/connect.js';
import { readConfig, type Config } from '../platform/config.js';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.js';
import { findRunningPostgres } from '../platform/running-postgres.js';
import { Interrupted } from './failure.js';
import type { Terminal } from './terminal.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** For commands that open no secret: an auditor needs the database and no master key. */
export async function withDatabase<T>(
  terminal: Terminal,
  work: (database: Database, directUrl: string) => Promise<T>,
): Promise<T> {
  const { config, secrets } = readConfig({ ...process.env, MASTER_KEY: Buffer.alloc(32).toString('base64') });
  return withDatabaseUrl(terminal, config, secrets.databaseUrl, async (databaseUrl) => {
    await awaitDatabase(databaseUrl, config);
    const { databasePooler: pooler } = config;
    const database = await connectDatabase(databaseUrl, { poolSize: 4, pooler, directUrl: secrets.databaseDirectUrl });
    try {
      return await work(database, secrets.databaseDirectUrl ?? databaseUrl);
    } finally {
      await database.close();
    }
  });
}

export async function withDatabaseUrl<T>(
  terminal: Terminal,
  { dataDir }: Config,
  given: string | undefined,
  work: (url: string) => Promise<T>,
): Promise<T> {
  const known = given ?? (await findRunningPostgres(dataDir));
  if (known !== undefined) return untilStopped((stopped) => Promise.race([work(known), stopped]));
  return untilStopped(async (stopped) => {
    terminal.note(`· starting the embedded PostgreSQL of ${dataDir}`);
    const postgres = await startEmbeddedPostgres({ dataDir, log: { info: () => {}, error: () => {} } });
    try {
      return await Promise.race([work(postgres.url), stopped]);
    } finally {
      // The server outlives us otherwise: it is a process group of its own.
      await postgres.close();
    }
  });
}

/** `stopped` is refused with `Interrupted` at a signal, so that a command can tell how far it was. */
async function untilStopped<T>(work: (stopped: Promise<never>) => Promise<T>): Promise<T> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  // Heard by those who wait for it.
  stopped.catch(() => undefined);
  let isStopped = false;
  const stop = (signal: NodeJS.Signals): void => {
    isStopped = true;
    reject(new Interrupted(signal));
  };
  // Ctrl-C comes twice, from the terminal and passed on by `npx dci`: the second must not end us in the middle, nor while
  // we say how far we came.
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    return await work(stopped);
  } finally {
    if (!isStopped) for (const signal of SIGNALS) process.off(signal, stop);
  }
}
