/**
 * PostgreSQL as Debian packages it, with the tools of its version: for drills on servers that a test may kill. Where it is
 * missing its tests are skipped with one line, except in CI.
 */
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../src/platform/free-port.js';
import { orClose } from './or-close.js';
import { until } from './until.js';

const BIN = globSync('/usr/lib/postgresql/*/bin').toSorted().at(-1) ?? '';
/** Short-lived: what a crash of the machine would lose is nobody's. */
const SETTINGS = '-c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off';

export interface Drill {
  folder: string;
  /** As it would be typed, in the folder, with the tools in PATH. */
  run(script: string, env?: Record<string, string>): Promise<string>;
  /** Starts a server on a folder that a tool has made. */
  serve(data: string): Promise<number>;
  close(): Promise<void>;
}

/** Whether the tests that need it can run here. @throws in CI where they cannot */
export function hasDebianPostgres(): boolean {
  if (BIN !== '') return true;
  if (process.env.CI) throw new Error("Debian's PostgreSQL is missing, which the drills need");
  console.warn('skipped: Debian’s PostgreSQL is missing, which the drills need (apt-get install postgresql)');
  return false;
}

export function startDrill(): Drill {
  const folder = mkdtempSync(join(tmpdir(), 'dci-drill-'));
  const owner = ownerOf(folder);
  const options = (env: Record<string, string> = {}) => ({
    ...owner,
    cwd: folder,
    env: { PATH: `${BIN}:${process.env['PATH']}`, ...env },
  });
  const run = async (script: string, env?: Record<string, string>): Promise<string> =>
    (await promisify(execFile)('sh', ['-ec', script], options(env))).stdout;
  const closing: (() => Promise<void>)[] = [];
  const serve = async (data: string): Promise<number> => {
    const port = await freePort();
    const command = `postgres -D '${data}' -p ${port} ${SETTINGS}`;
    // The shell ends it at the end of its own input, and so with us, however we end.
    const shell = spawn('sh', ['-c', `${command} & read _; kill -QUIT $! ; wait`], {
      ...options(),
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const ended = once(shell, 'exit');
    const stop = async () => {
      shell.stdin.end();
      await ended;
    };
    closing.push(stop);
    const answers = () =>
      run(`pg_isready -q -h 127.0.0.1 -p ${port}`).then(
        () => true,
        () => false,
      );
    await orClose(() => until(answers), stop);
    return port;
  };
  const close = async () => {
    await Promise.all(closing.map((stop) => stop()));
    rmSync(folder, { recursive: true });
  };
  return { folder, run, serve, close };
}

/** The server refuses to run as root. */
function ownerOf(folder: string): { uid?: number; gid?: number } {
  if (process.getuid?.() !== 0) return {};
  const [uid = 0, gid = 0] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres'])));
  chownSync(folder, uid, gid);
  return { uid, gid };
}
