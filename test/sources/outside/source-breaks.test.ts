/** Connections to somebody else's PostgreSQL that break at the worst time: who asked is told, nobody else notices. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { randomBytes } from 'node:crypto';
import { sql } from 'kysely';
import { Client } from 'pg';
import type { CaptureState } from '../../../src/entities/sources/source.repository.js';
import { createRegistries } from '../../../src/protocol/registries/registries.js';
import { ChangeStream } from '../../../src/sources/outside/change-stream.js';
import { follow } from '../../../src/sources/outside/follow.js';
import { openSource } from '../../../src/sources/outside/source-connections.js';
import { openSourceDatabase, type SourceDatabase } from '../../../src/sources/outside/source-database.js';
import { readSourceFile } from '../../../src/sources/outside/source-file.js';
import { createTestDatabase, type TestDatabase } from '../../support/postgres.js';
import { until } from '../../support/until.js';
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

async function connected(): Promise<Client> {
  const client = new Client({ connectionString: outside.url });
  client.on('error', () => undefined);
  await client.connect();
  closing.push(() => client.end());
  return client;
}

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

test('a stream of changes over a line that is dead is given up and its slot is free; one whose server is at work is not', async () => {
  const [school, writer] = [await connected(), await connected()];
  await school.query('create table pupil (number int primary key, uin text); create publication dci for table pupil');
  const free = async () =>
    (await school.query(`select from pg_replication_slots where slot_name = $1 and active`, [SLOT])).rowCount === 0;
  closing.unshift(async () => {
    await until(free);
    await school.query(`select pg_drop_replication_slot($1)`, [SLOT]);
  });
  const proxy = await proxied();
  const { file } = readSourceFile(YAML, createRegistries());
  const source = openSource(file!, { SCHOOL_DATABASE_URL: outside.url }, createRegistries());
  ({ database } = source.reader);
  let known: CaptureState = {};
  const followed = async () =>
    (await follow({ ...source, url: urlAt(proxy.port) }, known, async ({ capture }) => {
      known = { ...known, ...capture };
    }))!;
  const following = await followed();
  const { stream } = following;
  closing.unshift(() => following.close());
  const asked = () => stream.acknowledge(stream.take().upTo, true);
  // Asked again: what was under way may have answered the first time.
  const silent = (ms: number) => until(async () => (await asked(), stream.silentMs > ms));
  await asked();
  await until(() => stream.silentMs === 0);
  await following.assertHeard(0);
  // What the server is to tell it has to look up first, which it cannot.
  await school.query('begin; lock table pg_publication in access exclusive mode');
  await writer.query(`insert into pupil values (1, 'p1')`);
  await until(
    async () =>
      (
        await school.query(
          `select from pg_stat_activity where wait_event_type = 'Lock'
    and pid = (select active_pid from pg_replication_slots where slot_name = $1)`,
          [SLOT],
        )
      ).rowCount === 1,
  );
  await silent(50);
  await following.assertHeard(10);
  await school.query('commit');
  await until(() => stream.silentMs === 0);
  proxy.silence();
  await silent(50);
  await expect(following.assertHeard(10)).rejects.toThrow(
    'the source does not answer on its stream of changes any more',
  );
  await following.close();
  proxy.speak();
  const again = await followed();
  closing.unshift(() => again.close());
  expect(again.stream.silentMs).toBe(0);
}, 60_000);

const SLOT = `dci_breaks_${randomBytes(4).toString('hex')}`;

const YAML = `version: 1
source: { name: school, kind: postgres, url: "\${SCHOOL_DATABASE_URL}" }
capture: { by: publication, publication: dci, slot: ${SLOT} }
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
