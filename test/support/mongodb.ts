/**
 * A server of the MongoDB protocol for tests: FerretDB over SQLite, built once with Go (test/mongodb-server). Where Go is
 * missing its suites are skipped with one line, except in CI, where they fail.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.js';
import { orClose } from './or-close.js';

const SOURCE = new URL('../mongodb-server/', import.meta.url).pathname;
const CACHE = new URL('../../node_modules/.cache/mongodb-server/', import.meta.url).pathname;
const GO = ['go', '/usr/local/go/bin/go'];

export interface MongoServer {
  port: number;
  close(): Promise<void>;
}

/** Whether the suites that need it can run here. @throws in CI where they cannot */
export function hasMongo(): boolean {
  if (goCommand() !== undefined) return true;
  if (process.env.CI) throw new Error('Go is missing, which builds the MongoDB server of the tests');
  console.warn('skipped: Go (https://go.dev) is missing, which builds the MongoDB server of these tests');
  return false;
}

export async function startMongo(): Promise<MongoServer> {
  const binary = await build();
  const folder = await mkdtemp(join(tmpdir(), 'dci-mongodb-'));
  const port = await freePort();
  // It ends with the end of its input, and so with us.
  const server = spawn(binary, [`127.0.0.1:${port}`, folder], { stdio: ['pipe', 'ignore', 'ignore'] });
  const close = async () => {
    const ended = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : undefined;
    server.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  await orClose(() => untilListening(port), close);
  return { port, close };
}

const goCommand = (): string | undefined => GO.find((go) => spawnSync(go, ['version']).status === 0);

/** Some two minutes the first time; kept by the digest of its sources. */
async function build(): Promise<string> {
  const digest = createHash('sha256');
  for (const name of ['main.go', 'turns.go', 'go.mod', 'go.sum']) digest.update(readFileSync(join(SOURCE, name)));
  const binary = join(CACHE, digest.digest('hex').slice(0, 16));
  if (existsSync(binary)) return binary;
  await mkdir(CACHE, { recursive: true });
  const unfinished = `${binary}.${process.pid}`;
  const args = ['build', '-mod=readonly', '-o', unfinished, '.'];
  await promisify(execFile)(goCommand() ?? 'go', args, { cwd: SOURCE, maxBuffer: 2 ** 26 });
  await rename(unfinished, binary);
  return binary;
}

async function untilListening(port: number): Promise<void> {
  for (const deadline = Date.now() + 20_000; Date.now() < deadline;) {
    const open = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      setTimeout(() => socket.destroy(), 100);
    });
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('the MongoDB server of the tests did not start');
}
