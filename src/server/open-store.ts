/** The database, brought up to date, and what opens its secrets: what work needs, whoever does it, before anything listens. */
import { KeyRing } from '../access/key-ring.js';
import { forgetForeignEvents } from '../entities/audit/disclosure.repository.js';
import { awaitDatabase, requireDirect } from '../entities/database/await-database.js';
import { DataVault } from '../entities/database/data-vault.js';
import type { Database } from '../entities/database/database.js';
import { connectDatabase } from '../entities/schema/connect.js';
import { migrate, underStartLock } from '../entities/schema/migrate.js';
import type { Config, Secrets } from '../platform/config.js';
import type { Log } from '../platform/log.js';
import { MasterKey } from '../platform/master-key.js';
import { createRegistries, type Registries } from '../protocol/registries/registries.js';
import { prepareGateway, requireAdministrator } from './prepare.js';

export interface StoreSecrets extends Secrets {
  databaseUrl: string;
  masterKey: Buffer;
}

export interface Store {
  database: Database;
  masterKey: MasterKey;
  vault: DataVault;
  keyRing: KeyRing;
  registries: Registries;
}

export interface Opening {
  clock: () => Date;
  log: Log;
  /** How long a database that refuses is asked again. */
  patienceMs: number;
  needsAdministrator?: boolean;
}

export async function openStore(
  config: Config,
  secrets: StoreSecrets,
  { clock, log, patienceMs, needsAdministrator = false }: Opening,
): Promise<Store> {
  const { databaseUrl, databaseDirectUrl: directUrl = databaseUrl } = secrets;
  await awaitDatabase(databaseUrl, { createDatabase: config.createDatabase, patienceMs, log });
  if (directUrl !== databaseUrl) await requireDirect(databaseUrl, directUrl);
  // Over connections of its own, where a statement may take its time.
  await migrate(databaseUrl, clock(), { directUrl, pooler: config.databasePooler, log });
  const database = await connectDatabase(databaseUrl, {
    poolSize: config.dbPoolSize,
    statementTimeoutMs: config.dbStatementTimeoutMs,
    pooler: config.databasePooler,
    directUrl,
    log,
  });
  const masterKey = new MasterKey(secrets.masterKey, secrets.masterKeyPrevious);
  const vault = new DataVault(database, masterKey);
  const keyRing = new KeyRing(database, masterKey, clock);
  const registries = createRegistries();
  const prepare = async (): Promise<void> => {
    await forgetForeignEvents(database);
    if (needsAdministrator) await requireAdministrator(database, config, secrets);
    await prepareGateway({ database, keyRing, registries, log }, config);
  };
  await underStartLock(directUrl, prepare, log).catch(async (error: unknown) => {
    await database.close();
    throw error;
  });
  return { database, masterKey, vault, keyRing, registries };
}
