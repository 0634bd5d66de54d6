/**
 * A server of the MongoDB protocol for tests: mongo-java-server, in memory (test/mongodb-server). Where Java or Maven is
 * missing its suites are skipped with one line, except in CI, where they fail.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../src/platform/free-port.js';
import { orClose } from './or-close.js';

const SOURCE = new URL('../mongodb-server/', import.meta.url).pathname;
const CACHE = new URL('../../node_modules/.cache/mongodb-server/', import.meta.url).pathname;
const COPY = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies';
/** It lives for a test file: little memory, and no time for what pays off later. */
const JVM = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xmx256m'];

export interface MongoServer {
  port: number;
  close(): Promise<void>;
}

/** Whether the suites that need it can run here. @throws in CI where they cannot */
export function hasMongo(): boolean {
  const missing = ['javac', 'mvn'].filter((program) => spawnSync(program, ['-version']).status !== 0);
  if (missing.length === 0) return true;
  const told = `${missing.join(' and ')} missing, which the MongoDB server of the tests needs`;
  if (process.env.CI) throw new Error(told);
  console.warn(`skipped: ${told} (apt-get install default-jdk-headless maven)`);
  return false;
}

export async function startMongo(): Promise<MongoServer> {
  const classPath = join(await libraries(), '*');
  const port = await freePort();
  // It ends with the end of its input, and so with us.
  const server = spawn('java', [...JVM, '-cp', classPath, join(SOURCE, 'Server.java'), String(port)], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  const close = async () => {
    const ended = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : undefined;
    server.kill('SIGKILL');
    await ended;
  };
  await orClose(() => untilListening(port), close);
  return { port, close };
}

/** The folder of its jars, as Maven Central has them; kept by the digest of what names them. */
async function libraries(): Promise<string> {
  const pom = join(SOURCE, 'pom.xml');
  const folder = join(CACHE, createHash('sha256').update(readFileSync(pom)).digest('hex').slice(0, 16));
  if (existsSync(folder)) return folder;
  await mkdir(CACHE, { recursive: true });
  const unfinished = `${folder}.${process.pid}`;
  await promisify(execFile)('mvn', ['-B', '-q', '-f', pom, COPY, `-DoutputDirectory=${unfinished}`]);
  // Another worker may have been quicker.
  await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true }));
  return folder;
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
