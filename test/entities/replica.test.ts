/** A real streaming replica: it answers while it is fresh, and nobody notices when it is not. */
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { requireDirect } from '../../src/entities/database/await-database.js';
import type { Database } from '../../src/entities/database/database.js';
import { openReplica } from '../../src/entities/database/replica.js';
import { loadRecords } from '../../src/entities/records/record.repository.js';
import { connectDatabase } from '../../src/entities/schema/connect.js';
import { migrate } from '../../src/entities/schema/migrate.js';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/platform/embedded-postgres.js';
import { createLog } from '../../src/platform/log.js';
import { createRegistries } from '../../src/protocol/registries/registries.js';
import { createRecordSource } from '../../src/sources/record.source.js';
import type { RecordTables, SourceQuery } from '../../src/sources/registry-source.js';
import { replicatedSource } from '../../src/sources/replicated.source.js';
import { startTestGateway } from '../support/gateway.js';
import { createPartner, searchById } from '../support/partner.js';
import { startTcpProxy } from '../support/tcp-proxy.js';
import { until } from '../support/until.js';

const definition = createRegistries().byName('CRVS')!;
const log = createLog('silent');
const MAX_LAG_MS = 1000;

let folder: string;
let first: EmbeddedPostgres;
let second: EmbeddedPostgres;
let primary: Database;
let standby: Database;
let opened: ReturnType<typeof openReplica>;
let source: RecordTables;
const asked: string[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'replica-'));
  await chmod(folder, 0o755);
  const [one, other] = [join(folder, 'one'), join(folder, 'other')];
  const made = await startEmbeddedPostgres({ dataDir: one, log });
  await migrate(made.url);
  await made.close();
  // Owners included: as root the server runs as somebody else.
  await promisify(execFile)('cp', ['-a', one, other]);
  first = await startEmbeddedPostgres({ dataDir: one, log });
  const { hostname, port, username, password } = new URL(first.url);
  await writeFile(join(other, 'postgres', 'data', 'standby.signal'), '');
  second = await startEmbeddedPostgres({
    dataDir: other,
    log,
    settings: {
      primary_conninfo: `host=${hostname} port=${port} user=${username} password=${password}`,
      hot_standby: 'on',
    },
  });
  primary = await connectDatabase(first.url, { poolSize: 3 });
  standby = await connectDatabase(second.url, { poolSize: 1 });
  const pooled = { poolSize: 2, statementTimeoutMs: 5000 };
  opened = openReplica(primary, second.url, pooled, { maxLagMs: MAX_LAG_MS });
  source = replicatedSource(told('primary', primary), told('replica', opened.replica.sql), opened.replica);
}, 60_000);
afterAll(async () => {
  await opened?.close();
  await primary?.close();
  await first?.close();
  await rm(folder, { recursive: true, force: true });
});

function told(name: string, sql: Parameters<typeof createRecordSource>[0]): RecordTables {
  const own = createRecordSource(sql);
  return {
    search: (query) => {
      asked.push(name);
      return own.search(query);
    },
    lookUp: (queries) => {
      asked.push(name);
      return own.lookUp(queries);
    },
  };
}

async function search(value: string, more: Partial<SourceQuery> = {}): Promise<[string | undefined, number]> {
  const criteria = { identifier: { type: 'UIN', value } };
  const page = { size: 20, number: 1 };
  const { totalCount } = await source.search({ definition, recordType: 'Person', criteria, sort: [], page, ...more });
  return [asked.at(-1), totalCount];
}

const register = (value: string): Promise<void> =>
  loadRecords(primary, [
    {
      registry: 'CRVS',
      recordType: 'Person',
      identifiers: [{ type: 'UIN', value }],
      data: { identifier: [{ identifier_type: 'UIN', identifier_value: value }] },
    },
  ]);

test('searches read from it, questions of consent from the primary', async () => {
  await register('1');
  await until(async () => JSON.stringify(await search('1')) === '["replica",1]');
  const consent = { senderId: 'a', organizationKind: null, purpose: undefined, attributes: [] };
  expect(await search('1', { consent })).toEqual(['primary', 0]);
});

test('one that is too far behind is left alone until it has caught up', async () => {
  await standby.query('select pg_wal_replay_pause()');
  await register('2');
  await until(async () => !(await opened.replica.isFresh()));
  expect(await search('2')).toEqual(['primary', 1]);
  await standby.query('select pg_wal_replay_resume()');
  await until(async () => JSON.stringify(await search('2')) === '["replica",1]');
});

test('another database is none, however far its log is, and the log says so once', async () => {
  await primary.query('create database other');
  await until(async () => (await standby.query("select 1 from pg_database where datname = 'other'")).length > 0);
  const url = new URL(second.url);
  url.pathname = '/other';
  const lines: { err: { message?: string }; msg: string }[] = [];
  const heard = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
  const pooled = { poolSize: 1, statementTimeoutMs: 5000, log: heard };
  const wrong = openReplica(primary, url.href, pooled, { maxLagMs: 100 });
  const others = () => lines.filter(({ err }) => err.message?.includes('another database'));
  await until(() => others().length > 0);
  expect(await wrong.replica.isFresh()).toBe(false);
  await sleep(50);
  expect(await wrong.replica.isFresh()).toBe(false);
  expect(others()).toMatchObject([{ msg: expect.stringMatching(/^DATABASE_REPLICA_URL: /) }]);
  await wrong.close();
  // As the way past a pooler it is refused at the start.
  const beside = Object.assign(new URL(first.url), { pathname: '/other' }).href;
  await expect(requireDirect(first.url, beside)).rejects.toThrow(/^DATABASE_DIRECT_URL leads to another database/);
  const nowhere = Object.assign(new URL(first.url), { port: '9' }).href;
  await expect(requireDirect(first.url, nowhere)).rejects.toThrow(/^DATABASE_DIRECT_URL: .* ECONNREFUSED/);
  await requireDirect(first.url, first.url);
});

/** Opened anew, with what the log says of it. */
function listenedTo(url: string, statementTimeoutMs = 5000) {
  const lines: { msg: string; err?: { message: string } }[] = [];
  const heard = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
  const pooled = { poolSize: 1, statementTimeoutMs, log: heard };
  return { lines, ...openReplica(primary, url, pooled, { maxLagMs: MAX_LAG_MS }) };
}

test('one that is silent holds nobody up', async () => {
  const url = new URL(second.url);
  const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  const behind = Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(proxy.port) });
  // Without a limit of its own: whoever waited for its answer would wait for ever.
  const silent = listenedTo(behind.href, 0);
  await until(() => silent.replica.isFresh());
  proxy.silence();
  await until(async () => !(await silent.replica.isFresh()));
  expect(silent.lines).toMatchObject([{ msg: expect.stringMatching(/^DATABASE_REPLICA_URL: /) }]);
  expect(await silent.replica.isFresh()).toBe(false);
  await proxy.close();
  await silent.close();
});

test('a process ends though a search waits for one that is silent', async () => {
  const url = new URL(second.url);
  const proxy = await startTcpProxy({ host: url.hostname, port: Number(url.port) });
  const behind = Object.assign(new URL(url), { hostname: '127.0.0.1', port: String(proxy.port) });
  const env = {
    DATABASE_REPLICA_URL: behind.href,
    // Read once, it is fresh for long; what is asked of it then never ends by itself.
    DATABASE_REPLICA_MAX_LAG_MS: '600000',
    DB_STATEMENT_TIMEOUT_MS: '3600000',
    ROLE: 'api',
  };
  const gateway = await startTestGateway({ databaseUrl: first.url, env });
  const partner = await createPartner(gateway);
  const ask = () => partner.send('social/registry/sync/search', 'search', searchById('1'));
  expect((await ask()).status).toBe(200);
  proxy.silence();
  const cutOff = ask().catch(() => undefined);
  await until(() => gateway.services.admission.underWay === 1);
  await gateway.close();
  expect(await cutOff).toBeUndefined();
  await proxy.close();
});

test('one that was promoted is none, however little the primary has written since', async () => {
  const promoted = listenedTo(second.url);
  await until(() => promoted.replica.isFresh());
  await standby.query('select pg_promote()');
  await until(async () => !(await promoted.replica.isFresh()));
  expect(promoted.lines).toMatchObject([{ err: { message: expect.stringContaining('it is no replica') } }]);
  await promoted.close();
});

test('where it is gone the primary answers', async () => {
  await standby.close();
  await second.close();
  expect(await search('2')).toEqual(['primary', 1]);
  expect(await search('1')).toEqual(['primary', 1]);
});
