/** A PostgreSQL of our own under `DATA_DIR`, for those who bring none: made at the first start, kept after it. */
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, readlink, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isThere } from './folder.js';
import { freePort } from './free-port.js';
import { findPostgresHome, pointerOf } from './postgres-home.js';
import type { PostgresHome } from './postgres-home.js';
import { launchServer, runInitdb, stopOrphan } from './postgres-server.js';
import type { PostgresServer } from './postgres-server.js';

export interface EmbeddedPostgresOptions {
  dataDir: string;
  log: { info(message: string): void; error(message: string): void };
  /** Extra `postgresql.conf` settings. */
  settings?: Record<string, string>;
  /** It ended by itself and cannot be started again. */
  onLost?: () => void;
}

export interface EmbeddedPostgres {
  url: string;
  /** Stops the server in order; every connection should be closed by then. */
  close(): Promise<void>;
}

const USER = 'dci';

const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  log_checkpoints: 'off',
  // A failed statement's text and DETAIL line carry values, and those may be personal data.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const passwordPath = join(dataDir, 'postgres-password');
  await requireDatabase(join(dataDir, 'postgres'), passwordPath);
  const home = await findPostgresHome(dataDir, options.log);
  await stopOrphan(home, options.log);
  const password = await initialiseOnce(home, passwordPath, options.log);
  const port = await freePort();
  const launch = () => launchServer(home, { ...SETTINGS, ...options.settings, port: String(port) });
  const close = keepRunning(await launch(), launch, options);
  return { url: embeddedUrl(password, port), close };
}

/** Waiting times before it is started again, from one end by itself to the next. */
const RESTART_MS = [500, 1000, 2000, 4000, 8000];
/** One that ran for so long was well. */
const WELL_MS = 60_000;

/** Starts it again where it ends by itself (killed, out of memory, a full disk). Gives what stops it. */
function keepRunning(
  first: PostgresServer,
  launch: () => Promise<PostgresServer>,
  { log, onLost }: EmbeddedPostgresOptions,
): () => Promise<void> {
  const stopping = new AbortController();
  const stopped = stopping.signal;
  let server: PostgresServer | undefined = first;
  const watch = async () => {
    for (let restarts = 0; restarts < RESTART_MS.length; restarts++) {
      const since = performance.now();
      await server?.ended;
      if (stopped.aborted) return;
      if (server !== undefined && performance.now() - since > WELL_MS) restarts = 0;
      log.error(`the embedded PostgreSQL ended by itself, see postgres.log beside its data; it is started again`);
      await sleep(RESTART_MS[restarts], undefined, { signal: stopped }).catch(() => undefined);
      if (stopped.aborted) return;
      server = await launch().catch((error: unknown) => {
        log.error(String(error));
        return undefined;
      });
      if (server !== undefined) log.info('the embedded PostgreSQL runs again');
    }
    await server?.ended;
    if (!stopped.aborted) onLost?.();
  };
  const watching = watch();
  return async () => {
    stopping.abort();
    await server?.stop();
    await watching;
    await server?.stop();
  };
}

export const embeddedUrl = (password: string, port: number): string =>
  `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`;

/**
 * A password without its database is what a copy leaves that lost a link, or a disk that is not mounted: another database would
 * pass for it, and take the password with it.
 */
async function requireDatabase(folder: string, passwordPath: string): Promise<void> {
  if (!(await isThere(passwordPath)) || (await isThere(join(folder, 'data')))) return;
  // A first start that was cut off; and where a link leads, one that was not yet put in its place too, is said by who follows it.
  const linked = await Promise.any([folder, pointerOf(folder)].map((path) => readlink(path))).catch(() => undefined);
  if (linked !== undefined || (await isThere(join(folder, 'data.new')))) return;
  throw new Error(
    `${passwordPath} is the password of a database that is not there: put ${folder} back, or delete that file to begin with an empty one`,
  );
}

/** Returns the password. An interrupted first start leaves only `data.new`, which the next one replaces. */
async function initialiseOnce(home: PostgresHome, passwordPath: string, log: EmbeddedPostgresOptions['log']) {
  const made = await stat(home.data).catch(() => undefined);
  if (made) return readPassword(passwordPath);
  log.info('making the embedded PostgreSQL database (first start)');
  const password = randomBytes(24).toString('base64url');
  await writeFile(passwordPath, password, { mode: 0o600 });
  await initialise(home, password);
  return password;
}

async function readPassword(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`the database exists but its password cannot be read from ${path}: restore that file`, { cause });
  });
}

async function initialise(home: PostgresHome, password: string): Promise<void> {
  const unfinished = `${home.data}.new`;
  const passwordFile = join(home.path, 'initdb-password');
  await rm(unfinished, { recursive: true, force: true });
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (home.user) {
    await chown(unfinished, home.user.uid, home.user.gid);
    await chown(passwordFile, home.user.uid, home.user.gid);
  }
  try {
    await runInitdb(home, unfinished, USER, passwordFile);
  } finally {
    await rm(passwordFile);
  }
  await rename(unfinished, home.data);
}
