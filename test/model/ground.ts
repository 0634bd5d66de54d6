/** What a world is played on: a gateway within the test, or processes of their own that can be hit by faults. */
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { startFleet, type FleetProcess } from '../support/fleet.js';
import { startTestGateway, type GraphqlAnswer, type TestGateway } from '../support/gateway.js';
import { createTestDatabase } from '../support/postgres.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';

export interface Ground {
  gateway: Pick<TestGateway, 'url' | 'admin' | 'database'>;
  faults: Record<FaultName, Fault> | undefined;
  /** After which every process knows of a change of rights that another has made (`FRESH_MS` of access/sender-directory). */
  knownAfterMs: number;
  restart(): Promise<void>;
  close(): Promise<void>;
}

export const FAULTS = [
  'connections dropped',
  'database cut off',
  'database silent',
  'api killed',
  'worker killed',
  'job store slow',
  'job store silent',
  'clock of the api ahead',
  'clock of the worker ahead',
] as const;
export type FaultName = (typeof FAULTS)[number];

export interface Fault {
  begin: () => void | Promise<void>;
  end: () => void | Promise<void>;
}

const ENV = { VERIFY_LIMIT_PER_HOUR: '100000', DELIVERY_RETRY_SECONDS: '0,0,0,1,1,1,1,1,1,1' };
/** Less than what signatures may be old. */
const CLOCK_MS = 60_000;
/** How long what a clock that was ahead has put off may take, and the rest with it on a slow machine. */
export const PUT_OFF_MS = CLOCK_MS + 90_000;

export async function within(): Promise<Ground> {
  const database = await createTestDatabase();
  const start = (port: string) => startTestGateway({ databaseUrl: database.url, env: { ...ENV, PORT: port } });
  let gateway = await start('0');
  return {
    get gateway() {
      return gateway;
    },
    faults: undefined,
    knownAfterMs: 0,
    restart: async () => {
      await gateway.close();
      gateway = await start(new URL(gateway.url).port);
    },
    close: async () => {
      await gateway.close();
      await database.drop();
    },
  };
}

/** An API process and a worker; between them and each of their databases stands a proxy. */
export async function apart(): Promise<Ground> {
  const opened = new AsyncDisposableStack();
  try {
    const records = await throughProxy(opened, true);
    const jobs = await throughProxy(opened, false);
    const fleet = await startFleet(records.via, {
      api: 1,
      workers: 1,
      env: { ...ENV, JOBS_URL: jobs.via, DB_POOL_SIZE: '5', DB_STATEMENT_TIMEOUT_MS: '4000' },
    });
    opened.defer(() => fleet.close());
    const database = await connectDatabase(records.url, { poolSize: 2 });
    opened.defer(() => database.close());
    const [api, worker] = [...fleet.api, ...fleet.workers] as [FleetProcess, FleetProcess];
    const restart = async () => {
      await Promise.all([api.kill(), worker.kill()]);
      await Promise.all([api.start(), worker.start()]);
    };
    const faults = faultsOf(api, worker, records.proxy, jobs.proxy);
    const close = () => opened.disposeAsync();
    const gateway = { url: api.url, admin: adminOf(api.url, fleet.adminToken), database };
    return { gateway, faults, knownAfterMs: 1100, restart, close };
  } catch (error) {
    await opened.disposeAsync();
    throw error;
  }
}

function faultsOf(
  api: FleetProcess,
  worker: FleetProcess,
  records: TcpProxy,
  jobs: TcpProxy,
): Record<FaultName, Fault> {
  return {
    'connections dropped': { begin: () => records.drop(), end: () => records.drop() },
    'database cut off': { begin: () => records.cut(), end: () => records.restore() },
    'database silent': { begin: () => records.silence(), end: () => records.speak() },
    'api killed': { begin: () => api.kill(), end: () => api.start() },
    'worker killed': { begin: () => worker.kill(), end: () => worker.start() },
    'job store slow': { begin: () => jobs.slow(700), end: () => jobs.slow(0) },
    'job store silent': { begin: () => jobs.silence(), end: () => jobs.speak() },
    'clock of the api ahead': { begin: () => api.setClock(CLOCK_MS), end: () => api.setClock(0) },
    'clock of the worker ahead': { begin: () => worker.setClock(CLOCK_MS), end: () => worker.setClock(0) },
  };
}

async function throughProxy(opened: AsyncDisposableStack, template: boolean) {
  const database = await createTestDatabase({ template });
  opened.defer(() => database.drop());
  const { url } = database;
  const target = new URL(url);
  const proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  opened.defer(() => proxy.close());
  const via = Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(proxy.port) }).href;
  return { url, via, proxy };
}

function adminOf(url: string, token: string): TestGateway['admin'] {
  return async <Data>(query: string, variables: Record<string, unknown> = {}): Promise<Data> => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as GraphqlAnswer<Data>;
    if (errors !== undefined || data == null) throw new Error(JSON.stringify(errors ?? 'no data'));
    return data;
  };
}
