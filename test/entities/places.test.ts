/** The pool's own limit passes after who waited was told that the server is away: nobody is told twice, nothing breaks. */
import { Places } from '../../src/entities/database/places.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

let database: TestDatabase;
let proxy: TcpProxy;
let connectionString: string;

beforeAll(async () => {
  database = await createTestDatabase();
  const target = new URL(database.url);
  proxy = await startTcpProxy({ host: target.hostname, port: Number(target.port) });
  connectionString = Object.assign(target, { hostname: '127.0.0.1', port: String(proxy.port) }).href;
});
afterAll(async () => {
  await proxy.close();
  await database.drop();
});

test('who waits behind a taken place of a silent server is told once, and the next is served', async () => {
  const places = new Places({ connectionString, max: 1, connectionTimeoutMillis: 1000 }, 200);
  const taken = await places.connect();
  proxy.silence();
  const told: unknown[] = [];
  for (let n = 0; n < 3; n++) places.connect((error, client) => told.push(client ?? error?.message));
  const away = 'timeout exceeded when trying to connect: the database answers nobody';
  await until(() => told.length === 3);
  expect(places.waitingCount).toBe(3);
  await until(() => places.waitingCount === 0);
  expect(told).toEqual([away, away, away]);
  proxy.speak();
  // What was connected stays dead.
  taken.on('error', () => undefined).release(true);
  const next = await places.connect();
  expect((await next.query<{ n: number }>('select 1 as n')).rows).toEqual([{ n: 1 }]);
  next.release();
  await places.end();
  await expect(places.connect()).rejects.toThrow('after calling end');
});
