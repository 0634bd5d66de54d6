/** The PostgreSQL server process: started apart from our terminal, watched, and stopped even when we left it behind. */
import { execFile, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { open, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { isNativeError } from 'node:util/types';

import type { PostgresHome } from './postgres-home.js';

const READY_TIMEOUT_MS = 60_000;
const HANDOVER_TIMEOUT_MS = 5_000;
const STOP_TIMEOUT_MS = 10_000;

interface Log {
  info(message: string): void;
  error(message: string): void;
}

export interface PostgresServer {
  /** When it is there no more, however that came. */
  ended: Promise<void>;
  stop(): Promise<void>;
}

export async function runInitdb(home: PostgresHome, data: string, user: string, passwordFile: string): Promise<void> {
  const flags = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C', '--locale-provider=builtin'];
  const target = ['--builtin-locale=C.UTF-8', `--username=${user}`, `--pwfile=${passwordFile}`, `--pgdata=${data}`];
  await promisify(execFile)(join(home.bin, 'initdb'), [...flags, ...target], { ...home.user, cwd: '/' });
}

/** Its own session (`detached`): Ctrl-C in the terminal reaches the gateway alone, which closes the server last. */
export async function launchServer(home: PostgresHome, settings: Record<string, string>): Promise<PostgresServer> {
  const logPath = join(home.path, 'postgres.log');
  const output = await open(logPath, 'a', 0o600);
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(join(home.bin, 'postgres'), ['-D', home.data, ...flags], {
    ...home.user,
    cwd: '/',
    detached: true,
    stdio: ['ignore', output.fd, output.fd],
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()).once('error', () => resolve()));
  await output.close();
  await untilReady(home, child, logPath);
  const stop = async () => {
    await stopProcess(
      (signal) => child.kill(signal),
      () => hasExited(child),
    );
    await ended;
  };
  return { ended, stop };
}

/** The eighth line of `postmaster.pid` is the server's own word on its state, as `pg_ctl` reads it. */
async function untilReady(home: PostgresHome, child: ChildProcess, logPath: string): Promise<void> {
  const deadline = Date.now() + READY_TIMEOUT_MS;
  while (Date.now() < deadline) {
    const lines = await readPidFile(home);
    if (Number(lines[0]) === child.pid && lines[7]?.trim() === 'ready') return;
    if (hasExited(child)) break;
    await sleep(10);
  }
  child.kill('SIGKILL');
  await requireVersion(home);
  const said = (await readFile(logPath, 'utf8')).trim().split('\n').slice(-5).join('\n');
  throw new Error(`the embedded PostgreSQL did not start:\n${said}`);
}

/**
 * Data of another main version, which no server takes, and its log names none of the two.
 *
 * @throws Error that says how to go on
 */
async function requireVersion(home: PostgresHome): Promise<void> {
  const made = (await readFile(join(home.data, 'PG_VERSION'), 'utf8').catch(() => '')).trim();
  const { stdout } = await promisify(execFile)(join(home.bin, 'postgres'), ['--version'], { ...home.user, cwd: '/' });
  const ours = /(\d+)\./.exec(stdout)?.[1];
  if (made === '' || made === ours) return;
  throw new Error(
    `${home.data} was made by PostgreSQL ${made}, and this version brings ${ours}: start the version before again, and bring the database to a server of your own (docs/operators.md, From the embedded database to a server)`,
  );
}

/**
 * After `kill -9` of a gateway its server still holds the folder.
 * @throws Error when another living gateway uses the folder
 */
export async function stopOrphan(home: PostgresHome, log: Log): Promise<void> {
  const pid = Number((await readPidFile(home))[0]);
  if (!pid || !isAlive(pid)) return;
  if (!(await isServerOf(home, pid))) return rm(join(home.data, 'postmaster.pid'), { force: true });
  const gateway = await livingGateway(pid);
  if (gateway) throw new Error(`process ${gateway} already uses ${home.path}: stop it, or set another DATA_DIR`);
  if (!isAlive(pid)) return;
  log.info(`stopping the PostgreSQL that an earlier gateway left behind (process ${pid})`);
  await stopProcess(
    (signal) => process.kill(pid, signal),
    () => !isAlive(pid),
  );
}

function hasExited(child: ChildProcess): boolean {
  return child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
}

async function readPidFile(home: PostgresHome): Promise<string[]> {
  return (await readFile(join(home.data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return isNativeError(error) && 'code' in error && error.code === 'EPERM';
  }
}

/** A process id in a stale file may belong to a stranger by now; a PostgreSQL server works inside its data folder. */
async function isServerOf(home: PostgresHome, pid: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const binary = await readlink(`/proc/${pid}/exe`).catch(() => '');
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => '');
  return /\/postgres( \(deleted\))?$/.test(binary) && folder === (await realpath(home.data));
}

/** The gateway that started the server, unless it ends within a few seconds: a restart may overlap. */
async function livingGateway(server: number): Promise<number | undefined> {
  const deadline = Date.now() + HANDOVER_TIMEOUT_MS;
  let gateway = await gatewayOf(server);
  while (gateway && Date.now() < deadline) {
    await sleep(100);
    gateway = await gatewayOf(server);
  }
  return gateway;
}

/** An orphan's parent is `init` or the like, and no Node.js process. */
async function gatewayOf(server: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${server}/status`, 'utf8').catch(() => '');
  const parent = Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]);
  const binary = await readlink(`/proc/${parent}/exe`).catch(() => '');
  return binary === process.execPath && parent !== process.pid ? parent : undefined;
}

/** SIGINT is PostgreSQL's fast shutdown; SIGQUIT, after a while, its immediate one, which the next start recovers. */
async function stopProcess(kill: (signal: NodeJS.Signals) => void, hasEnded: () => boolean): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    if (!hasEnded()) kill(signal);
    const deadline = Date.now() + STOP_TIMEOUT_MS;
    while (!hasEnded() && Date.now() < deadline) await sleep(10);
  }
}
