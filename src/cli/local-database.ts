/** The database of the environment: `DATABASE_URL`, or the embedded one of `DATA_DIR`, whether a gateway runs on it or not. */
import { awaitDatabase } from '../entities/database/await-database.js';
import type { Database } from '../entities/database/database.js';
import { connectDatabase } from '../entities/schema/connect.js';
import { readConfig, type Config } from '../platform/config.js';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.js';
import { findRunningPostgres } from '../platform/running-postgres.js';
import { CliFailure } from './failure.js';
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
    const database = await connectDatabase(databaseUrl, { poolSize: 4 });
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
  if (known !== undefined) return work(known);
  terminal.note(`· starting the embedded PostgreSQL of ${dataDir}`);
  const postgres = await startEmbeddedPostgres({ dataDir, log: { info: () => {}, error: () => {} } });
  const { promise: stopped, resolve: stop } = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of SIGNALS) process.once(signal, stop);
  try {
    return await Promise.race([work(postgres.url), stopped.then(interrupted)]);
  } finally {
    // The server outlives us otherwise: it is a process group of its own.
    await postgres.close();
    for (const signal of SIGNALS) process.off(signal, stop);
  }
}

function interrupted(signal: NodeJS.Signals): never {
  throw new CliFailure(`stopped by ${signal}; what was committed stays`, 'run it again: it goes on from there');
}
