/** What writes records, and no more of the gateway than that: nothing listens, and it is there sooner. */
import { userInfo } from 'node:os';
import { WakeChannel } from '../entities/queues/wake-channel.js';
import { readConfig } from '../platform/config.js';
import { loadLocalSecrets } from '../platform/local-secrets.js';
import { createLog } from '../platform/log.js';
import { openStore } from '../server/open-store.js';
import type { ImportWriter } from '../use-cases/imports/import-rows.js';
import { withDatabaseUrl } from './local-database.js';
import type { Terminal } from './terminal.js';

export async function withLocalWriter<T>(terminal: Terminal, work: (writer: ImportWriter) => Promise<T>): Promise<T> {
  const { config, secrets } = readConfig(process.env);
  const { masterKey } = await loadLocalSecrets(config.dataDir, { ...secrets, adminToken: 'none is needed here' });
  return withDatabaseUrl(terminal, config, secrets.databaseUrl, async (databaseUrl) => {
    const [log, clock] = [createLog('silent'), () => new Date()];
    const own = { ...secrets, databaseUrl, masterKey, adminToken: undefined };
    const store = await openStore({ ...config, seed: 'none' }, own, { clock, log, patienceMs: 0 });
    const { database, vault, keyRing } = store;
    const channel = new WakeChannel(database, secrets.databaseDirectUrl ?? databaseUrl, log);
    // No sender was looked up here.
    const directory = { forget: () => undefined };
    try {
      const services = { database, vault, clock, keyRing, directory, wake: channel.wake.bind(channel) };
      const admin = { kind: 'admin', subject: `cli:${userInfo().username}`, role: 'ADMIN' } as const;
      return await work({ services, admin });
    } finally {
      await channel.close();
      await database.close();
    }
  });
}
