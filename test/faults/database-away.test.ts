/** A database that is missing, refuses, takes no writes or says nothing: what every door answers, at the start and later. */
import { once } from 'node:events';
import { jest } from '@jest/globals';
import { Client } from 'pg';
import { WebSocket } from 'ws';
import { describeFailure } from '../../src/cli/failure.js';
import { awaitDatabase } from '../../src/entities/database/await-database.js';
import { freePort } from '../../src/platform/free-port.js';
import { startFault } from '../../src/platform/start-fault.js';
import { ADMIN_TOKEN, startTestGateway, type TestGateway } from '../support/gateway.js';
import { localAdmin } from '../support/local-admin.js';
import { createPartner, searchById } from '../support/partner.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

const START_LOCK = 4_116_301;
let postgres: TestDatabase;
let proxy: TcpProxy;
let viaProxy: string;
let gateway: TestGateway | undefined;

beforeAll(async () => {
  postgres = await createTestDatabase();
  const target = new URL(postgres.url);
  proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  viaProxy = Object.assign(target, { hostname: '127.0.0.1', port: String(proxy.port) }).href;
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});
afterAll(async () => {
  await proxy.close();
  await postgres.drop();
});

async function asOwner<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: postgres.url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

const setReadOnly = (on: boolean) =>
  asOwner(async (client) => {
    const name = new URL(postgres.url).pathname.slice(1);
    await client.query('set default_transaction_read_only = off');
    await client.query(`alter database ${name} set default_transaction_read_only = ${on}`);
  });

interface Answer {
  status: number;
  retryAfter: string | null;
  body: Record<string, unknown>;
}

async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init);
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, retryAfter: response.headers.get('retry-after'), body };
}

const bearer = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
const query = (text: string): RequestInit => ({
  method: 'POST',
  headers: bearer,
  body: JSON.stringify({ query: text }),
});
const form = (): RequestInit => ({
  method: 'POST',
  body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'somebody', client_secret: 'x' }),
});
/** A live reader that has said who it is. */
function startReader(url: string, token: string): WebSocket {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const payload = { authorization: `Bearer ${token}` };
  return socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
}
const readySoon = (url: string, status: number) =>
  until(async () => (await ask(`${url}/readyz`)).status === status, { timeoutMs: 10_000 });

test('while it starts it is alive and says 503 at every door, and then it serves', async () => {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const { starting } = await asOwner(async (client) => {
    await client.query('select pg_advisory_lock($1)', [START_LOCK]);
    const started = startTestGateway({ databaseUrl: postgres.url, env: { PORT: String(port) } });
    await until(() =>
      fetch(`${url}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    );
    for (const path of ['/readyz', '/graphql', '/dci/v1/social/registry/sync/search', '/oauth2/token', '/console']) {
      const { status, retryAfter, body } = await ask(url + path, { method: 'POST', body: '{}' });
      expect([path, status, retryAfter]).toEqual([path, 503, '5']);
      expect(body).toMatchObject({ errors: [{ code: 'err.service.unavailable' }] });
    }
    return { starting: started };
  });
  gateway = await starting;
  await readySoon(url, 200);
}, 60_000);

test('a misspelt name stops the start, unless CREATE_DATABASE makes the database', async () => {
  const missing = Object.assign(new URL(postgres.url), { pathname: `${new URL(postgres.url).pathname}_misspelt` });
  const name = missing.pathname.slice(1);
  await expect(startTestGateway({ databaseUrl: missing.href })).rejects.toThrow(`there is no database "${name}"`);
  gateway = await startTestGateway({ databaseUrl: missing.href, env: { CREATE_DATABASE: 'true' } });
  await readySoon(gateway.url, 200);
  await gateway.close();
  gateway = undefined;
  await asOwner((client) => client.query(`drop database ${name} with (force)`));
}, 60_000);

test('an address without its password, or without a name, is told what is missing of it', async () => {
  const refused = async (part: object): Promise<unknown> =>
    awaitDatabase(Object.assign(new URL(postgres.url), part).href).catch((error: unknown) => error);
  const fault = await refused({ password: '' });
  expect(startFault(fault, {})).toMatch(/^DATABASE_URL: the server asks for a password: write it into DATABASE_URL: /);
  expect(describeFailure(fault)).toMatchObject({
    code: 'NO_PASSWORD',
    remedy: expect.stringContaining('user:password'),
  });
  // PostgreSQL takes the database of the user's name then, which this one has not.
  const [username, password] = [`nameless_${process.pid}`, 'nameless'];
  await asOwner((client) => client.query(`create role ${username} login password '${password}'`));
  const nameless = await refused({ pathname: '', username, password });
  await asOwner((client) => client.query(`drop role ${username}`));
  expect(String(nameless)).toMatch(/DATABASE_URL names no database: postgres:/);
});

test('a database that refuses is asked again for a while, and then the start fails', async () => {
  await proxy.cut();
  const refused = startTestGateway({ databaseUrl: viaProxy, patienceMs: 0 });
  await expect(refused).rejects.toThrow('the database cannot be reached');
  const starting = startTestGateway({ databaseUrl: viaProxy });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await proxy.restore();
  gateway = await starting;
  await readySoon(gateway.url, 200);
}, 60_000);

test('a read-only database stops the start; when it turns so, nothing is ready and every door says 503', async () => {
  await setReadOnly(true);
  await expect(startTestGateway({ databaseUrl: postgres.url })).rejects.toThrow('takes no writes');
  await setReadOnly(false);
  gateway = await startTestGateway({ databaseUrl: viaProxy });
  await readySoon(gateway.url, 200);
  await setReadOnly(true);
  proxy.drop();
  await readySoon(gateway.url, 503);
  const answer = await ask(
    `${gateway.url}/graphql`,
    query(
      `mutation { createSender(input: { senderId: "ro", name: "ro", allowedOperations: [SEARCH], registries: [SOCIAL] }) { sender { id } } }`,
    ),
  );
  expect(answer).toMatchObject({
    status: 503,
    retryAfter: '5',
    body: { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE', reason: 'err.service.unavailable' } }] },
  });
  expect((await ask(`${gateway.url}/healthz`)).status).toBe(200);
  await setReadOnly(false);
  proxy.drop();
  await readySoon(gateway.url, 200);
}, 60_000);

test('a silent database: every door says 503 in time, it serves again by itself, and stops in time', async () => {
  gateway = await startTestGateway({
    databaseUrl: viaProxy,
    env: { DB_POOL_SIZE: '3', DB_STATEMENT_TIMEOUT_MS: '1000' },
  });
  const { url } = gateway;
  await readySoon(url, 200);
  const partner = await createPartner(gateway);
  const watcher = await localAdmin(gateway, 'watcher');
  const reader = startReader(url, watcher.token);
  await once(reader, 'message');
  const printed = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  proxy.silence();
  const [graphql, token, rest, [closedWith]] = await Promise.all([
    ask(`${url}/graphql`, query('{ senders { edges { node { id } } } }')),
    ask(`${url}/oauth2/token`, form()),
    ask(`${url}/dci/v1/social/registry/sync/search`, {
      method: 'POST',
      headers: { ...bearer, authorization: 'Bearer x.y.z' },
      body: '{}',
    }),
    once(startReader(url, watcher.token), 'close'),
  ]);
  expect(graphql).toMatchObject({
    status: 503,
    retryAfter: '5',
    body: { errors: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] },
  });
  // Nobody is told that the token is no good; the log is told of the fault, and nothing is printed past it.
  expect(closedWith).toBe(4500);
  expect(printed).not.toHaveBeenCalled();
  printed.mockRestore();
  expect(token).toMatchObject({ status: 503, retryAfter: '5' });
  // What needs no database is refused as ever.
  expect([401, 503]).toContain(rest.status);
  // The keys under which it was issued cannot be read any more: that is not its fault.
  const held = await partner.send('social/registry/sync/search', 'search', searchById('1'));
  expect([held.status, held.headers.get('retry-after')]).toEqual([503, '5']);
  expect((await ask(`${url}/readyz`)).status).toBe(503);
  expect((await ask(`${url}/healthz`)).status).toBe(200);
  proxy.speak();
  await readySoon(url, 200);
  expect((await ask(`${url}/graphql`, query('{ senders { edges { node { id } } } }'))).status).toBe(200);
  // It was asked again meanwhile whether its reader may still listen.
  expect(reader.readyState).toBe(WebSocket.OPEN);
  reader.terminate();
  proxy.silence();
  const stopped = performance.now();
  await gateway.close();
  gateway = undefined;
  expect(performance.now() - stopped).toBeLessThan(30_000);
  proxy.speak();
}, 120_000);

test('while it stops, what is under way is answered, and a kept-alive connection learns that it ends', async () => {
  // Nothing else waits for the lock: no jobs.
  const started = await startTestGateway({ databaseUrl: postgres.url, env: { ROLE: 'api' } });
  const answer = await asOwner(async (client) => {
    await client.query('begin; lock table sender in access exclusive mode');
    const asked = fetch(`${started.url}/graphql`, query('{ senders { edges { node { id } } } }'));
    await until(async () => {
      const { rowCount } = await client.query(
        `select from pg_locks where not granted and relation = 'sender'::regclass`,
      );
      return (rowCount ?? 0) > 0;
    });
    const closing = started.close();
    await client.query('rollback');
    await closing;
    return asked;
  });
  expect(answer.status).toBe(200);
  expect(answer.headers.get('connection')).toBe('close');
  await expect(fetch(`${started.url}/healthz`)).rejects.toThrow('fetch failed');
}, 60_000);
