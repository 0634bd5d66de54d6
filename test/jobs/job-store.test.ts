/** A job store that is there, but whose connections break at the worst time. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { Client } from 'pg';
import { createJobStore } from '../../src/jobs/job-store.js';
import { createLog } from '../../src/platform/log.js';
import { createTestDatabase, type TestDatabase } from '../support/postgres.js';

let database: TestDatabase;
let server: Server;
let broken = 0;

/** Breaks the first connections that make a table, in the middle of it. */
beforeAll(async () => {
  database = await createTestDatabase({ template: false });
  const { hostname, port } = new URL(database.url);
  server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const end = () => [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    upstream.pipe(client);
    client.on('data', (data) => {
      if (/create table/i.test(data.toString('latin1')) && broken < 2) {
        broken += 1;
        end();
      } else upstream.write(data);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.close();
  await database.drop();
});

test('is asked again, and its fault does not end the process', async () => {
  const url = new URL(database.url);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  // Jest counts an error that nobody hears as this test's.
  const { backend } = await createJobStore(url.href, createLog('silent'));
  await backend.connect();
  expect(broken).toBe(2);
  expect((await backend.repository.queryJobs({})).jobs).toEqual([]);
  await backend.disconnect();
});

test('a process that connects beside a reader that takes its time (a backup) keeps nobody waiting', async () => {
  const { backend } = await createJobStore(database.url, createLog('silent'));
  const backup = new Client({ connectionString: database.url });
  await backup.connect();
  try {
    await backup.query('begin');
    await backup.query('lock table agenda_jobs in access share mode');
    await backend.connect();
    expect((await backup.query('select 1 from pg_locks where not granted')).rows).toEqual([]);
    expect((await backend.repository.queryJobs({})).jobs).toEqual([]);
  } finally {
    await backup.end();
    await backend.disconnect();
  }
});
