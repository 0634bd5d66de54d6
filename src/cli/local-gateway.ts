/** The gateway, from the inside. Admin commands run the same use cases as `/graphql`, as administrator `cli:<user>`. */
import { userInfo } from 'node:os';
import { startGateway, type Gateway } from '../app.js';
import { createLoaders } from '../graphql/loaders.js';
import { runDocument, type NamedDocument } from '../graphql/run-document.js';
import { readConfig } from '../platform/config.js';
import { loadLocalSecrets } from '../platform/local-secrets.js';
import { createLog } from '../platform/log.js';
import type { Principal } from '../access/principal.js';
import { withDatabaseUrl } from './local-database.js';
import type { Terminal } from './terminal.js';

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
