/** Connections to somebody else's PostgreSQL that break at the worst time: who asked is told, nobody else notices. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { sql } from 'kysely';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { ChangeStream } from '../../../src/sources/outside/change-stream.js';
import { openSourceDatabase, type SourceDatabase } from '../../../src/sources/outside/source-database.js';
import { readSourceFile } from '../../../src/sources/outside/source-file.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy.js';

const SESSION = { kind: 'postgres', time_zone: 'UTC', statement_timeout: 500, pool: 1 } as const;

let outside: TestDatabase;
let database: SourceDatabase | undefined;
const closing: (() => unknown)[] = [];

beforeAll(async () => {
  outside = await createTestDatabase({ template: false });
});
afterEach(async () => {
  await database?.close();
  for (const close of closing.splice(0)) await close();
});
afterAll(() => outside.drop());

const urlAt = (port: number) => Object.assign(new URL(outside.url), { hostname: '127.0.0.1', port: String(port) }).href;
const open = (port: number) => (database = openSourceDatabase(SESSION, urlAt(port)));
const one = () => database!.query(sql`select 1 as one`);

async function proxied(): Promise<TcpProxy> {
  const { hostname, port } = new URL(outside.url);
  const proxy = await startTcpProxy({ host: hostname, port: Number(port) });
  closing.push(() => proxy.close());
  return proxy;
}

// Jest counts an error that nobody hears as this test's.
test('a connection that is cut in the middle of a question', async () => {
  const proxy = await proxied();
  open(proxy.port);
  expect(await one()).toEqual([{ one: '1' }]);
  const asked = database!.query(sql`select pg_sleep(0.4)`);
  setTimeout(() => proxy.drop(), 100);
  await expect(asked).rejects.toThrow('the source could not be read: Connection terminated unexpectedly');
  expect(await one()).toEqual([{ one: '1' }]);
});

test('a server that falls silent in the middle of a question', async () => {
  const proxy = await proxied();
  open(proxy.port);
  expect(await one()).toEqual([{ one: '1' }]);
  proxy.silence();
  await expect(one()).rejects.toThrow('the source could not be read: Query read timeout');
  proxy.speak();
  expect(await one()).toEqual([{ one: '1' }]);
}, 30_000);

test('a session that cannot be prepared takes no place for good', async () => {
  const refusing = await startRefusing(3);
  open((refusing.address() as AddressInfo).port);
  for (let n = 0; n < 3; n++) await expect(one()).rejects.toThrow('the source could not be read');
  expect(await one()).toEqual([{ one: '1' }]);
}, 30_000);

test('a server that does not say that it begins its stream of changes', async () => {
  const server = await startBetween((text) => (text.includes('START_REPLICATION') ? 'silence' : 'pass'));
  const url = urlAt((server.address() as AddressInfo).port);
  await expect(ChangeStream.open(url, readSourceFile(YAML, createRegistries()).file!, [], '0/0')).rejects.toThrow(
    'the source did not begin its stream of changes in time',
  );
}, 30_000);

const YAML = `version: 1
source: { name: school, kind: postgres, url: "\${SCHOOL_DATABASE_URL}" }
capture: { by: publication, publication: dci }
records:
  - registry: SOCIAL
    type: SRPerson
    from: pupil
    key: number
    identifiers: [{ type: UIN, value: uin }]
`;

/** Breaks the first so many connections over which a session is prepared. */
function startRefusing(times: number): Promise<Server> {
  let broken = 0;
  return startBetween((text) => (text.includes('set_config') && (broken += 1) <= times ? 'break' : 'pass'));
}

/** Between us and the server, for what we say. */
async function startBetween(judge: (text: string) => 'pass' | 'break' | 'silence'): Promise<Server> {
  const { hostname, port } = new URL(outside.url);
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    const end = () => [client, upstream].forEach((socket) => socket.destroy());
    for (const socket of [client, upstream]) socket.on('error', end).on('close', end);
    upstream.pipe(client);
    client.on('data', (data) => {
      const judged = judge(data.toString('latin1'));
      if (judged === 'pass') upstream.write(data);
      else if (judged === 'break') end();
    });
    closing.push(end);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return server;
}
