/** A gateway of its own for a test file: real PostgreSQL, real HTTP, through the same door as `main.ts`. */
import { randomBytes } from 'node:crypto';
import { startGateway, type Gateway, type GatewayOverrides } from '../../src/app.js';
import { readConfig } from '../../src/platform/config.js';
import { createLog } from '../../src/platform/log.js';
import { createMetrics } from '../../src/platform/metrics.js';
import { createTestDatabase } from './postgres.js';

export const ADMIN_TOKEN = 'test-admin-token';

export interface GraphqlAnswer<Data = Record<string, unknown>> {
  data?: Data | null;
  errors?: { message: string; path?: unknown[]; extensions: { code: string; field?: string } }[];
}

export interface TestGateway extends Gateway {
  databaseUrl: string;
  /** Executes as the bootstrap administrator and fails the test on any error. */
  admin<Data = Record<string, never>>(query: string, variables?: Record<string, unknown>): Promise<Data>;
  /** Executes and gives whatever comes back. */
  graphql<Data>(query: string, variables?: Record<string, unknown>, token?: string): Promise<GraphqlAnswer<Data>>;
}

export interface TestGatewayOptions extends GatewayOverrides {
  env?: Record<string, string>;
  /** Another gateway's database, for tests of several processes. */
  databaseUrl?: string;
}

/** For the environment, which closes what is left. */
const open = new Set<() => Promise<void>>();
Object.assign(globalThis, { openGateways: open });

const MASTER_KEY = randomBytes(32).toString('base64');

export async function startTestGateway({
  env = {},
  databaseUrl,
  ...overrides
}: TestGatewayOptions = {}): Promise<TestGateway> {
  const database = databaseUrl === undefined ? await createTestDatabase() : undefined;
  const url = databaseUrl ?? database?.url ?? '';
  const { config, secrets } = readConfig({
    PORT: '0',
    DATABASE_URL: url,
    MASTER_KEY,
    ADMIN_TOKEN,
    SEED: 'none',
    ALLOW_HTTP_CALLBACKS: 'true',
    ALLOW_PRIVATE_CALLBACKS: 'true',
    LOG_LEVEL: 'silent',
    ...env,
  });
  const { masterKey = Buffer.alloc(0), adminToken = '' } = secrets;
  const gateway = await startGateway(
    config,
    { ...secrets, databaseUrl: url, masterKey, adminToken },
    // What a test has just done is in its next scrape.
    { log: createLog(config.logLevel), metrics: createMetrics({ keepMs: 0 }), ...overrides },
  );
  const graphql = async <Data>(query: string, variables: Record<string, unknown> = {}, token: string = ADMIN_TOKEN) => {
    const response = await fetch(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token === '' ? {} : { authorization: `Bearer ${token}` }) },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as GraphqlAnswer<Data>;
  };
  const close = async (): Promise<void> => {
    open.delete(close);
    await gateway.close();
    await database?.drop();
  };
  open.add(close);
  return {
    ...gateway,
    databaseUrl: url,
    graphql,
    admin: async <Data>(query: string, variables?: Record<string, unknown>) => {
      const { data, errors } = await graphql<Data>(query, variables);
      if (errors !== undefined || data == null) throw new Error(JSON.stringify(errors ?? 'no data'));
      return data;
    },
    close,
  };
}
