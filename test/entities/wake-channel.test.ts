/** A server that takes the connection and refuses to have it listen, as a standby does. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { WakeChannel } from '../../src/entities/queues/wake-channel.js';
import type { Database } from '../../src/entities/database/database.js';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { createLog } from '../../src/platform/log.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';
import { until } from '../support/until.js';

const REFUSED = 2;

let postgres: TestDatabase;
let database: Database;

beforeAll(async () => {
  postgres = await createTestDatabase();
  database = await connectDatabase(postgres.url, { poolSize: 1 });
});
afterAll(async () => {
  await database.close();
  await postgres.drop();
});

test('is asked again, and keeps none of the connections that were refused', async () => {
  const { hostname, port } = new URL(postgres.url);
  const sockets = new Set<Socket>();
  let asked = 0;
  const server = createServer((client) => {
    sockets.add(client);
    const upstream = connect(Number(port), hostname);
    const end = () => [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    client.on('close', () => sockets.delete(client));
    upstream.pipe(client);
    client.on('data', (data) => {
      const text = data.toString('latin1');
      const refused = text.includes('listen dci') && ++asked <= REFUSED;
      upstream.write(refused ? Buffer.from(text.replace('listen dci', 'no-one dci'), 'latin1') : data);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = Object.assign(new URL(postgres.url), {
    hostname: '127.0.0.1',
    port: String((server.address() as AddressInfo).port),
  });
  const channel = new WakeChannel(database, url.href, createLog('silent'));
  const heard: string[] = [];
  channel.onWake((names) => heard.push(...names));
  await channel.open();
  await until(async () => {
    await database.query(`select pg_notify('dci_wake', 'somebody deliver')`);
    return heard.includes('deliver');
  });
  expect(asked).toBe(REFUSED + 1);
  expect(sockets.size).toBe(1);
  await channel.close();
  await until(() => sockets.size === 0);
  server.close();
});
