/**
 * The gateway, from the inside. Admin commands run the same use cases as `/graphql`, as administrator `cli:<user>`, on the
 * database of the environment: `DATABASE_URL`, or the embedded one of `DATA_DIR`, whether a gateway runs on it or not.
 */
import { userInfo } from 'node:os';
import { startGateway, type Gateway } from '../app.js';
import { awaitDatabase } from '../entities/database/await-database.js';
import type { Database } from '../entities/database/database.js';
import { connectDatabase } from '../entities/schema/connect.js';
import { createLoaders } from '../graphql/loaders.js';
import { runDocument, type NamedDocument } from '../graphql/run-document.js';
import { readConfig, type Config } from '../platform/config.js';
import { startEmbeddedPostgres } from '../platform/embedded-postgres.js';
import { loadLocalSecrets } from '../platform/local-secrets.js';
import { createLog } from '../platform/log.js';
import { findRunningPostgres } from '../platform/running-postgres.js';
import type { Principal } from '../access/principal.js';
import { CliFailure } from './failure.js';
import type { Terminal } from './terminal.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface LocalGateway {
  services: Gateway['services'];
  admin: Extract<Principal, { kind: 'admin' }>;
  /** @throws DomainError and the like, as the resolver threw it */
  run<Data>(document: NamedDocument, variables?: Record<string, unknown>): Promise<Data>;
}

export async function withLocalGateway<T>(terminal: Terminal, work: (gateway: LocalGateway) => Promise<T>): Promise<T> {
  const { config, secrets } = readConfig(process.env);
  const { masterKey } = await loadLocalSecrets(config.dataDir, { ...secrets, adminToken: 'none is needed here' });
  return withDatabaseUrl(terminal, config, secrets.databaseUrl, async (databaseUrl) => {
    const quiet = { ...config, port: 0, host: '127.0.0.1', role: 'api' as const, seed: 'none' as const };
    const own = { ...secrets, databaseUrl, masterKey, adminToken: undefined };
    const gateway = await startGateway(quiet, own, { log: createLog('silent'), patienceMs: 0 });
    try {
      return await work(insideOf(gateway));
    } finally {
      await gateway.close();
    }
  });
}

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

function insideOf({ services }: Gateway): LocalGateway {
  const { database, schema, clock } = services;
  const admin = { kind: 'admin', subject: `cli:${userInfo().username}`, role: 'ADMIN' } as const;
  return {
    services,
    admin,
    run: (document, variables = {}) =>
      runDocument(schema, document, variables, {
        principal: admin,
        services,
        loaders: createLoaders(database, clock),
      }),
  };
}

async function withDatabaseUrl<T>(
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
