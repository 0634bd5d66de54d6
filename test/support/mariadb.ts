/**
 * A MariaDB server for tests, in a folder of its own. Where its programs are missing its suites are skipped with one line,
 * except in CI, where they fail.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createConnection, type Connection, type RowDataPacket } from 'mysql2/promise';
import { freePort } from '../../src/platform/free-port.js';
import { orClose } from './or-close.js';
import { until } from './until.js';

const PROGRAMS = ['mariadbd', 'mariadb-install-db'];
const PATH = `${process.env['PATH']}:/usr/sbin`;

export interface MariadbServer {
  /** Of a database, for the one user, who may read and write. */
  url(database: string): string;
  /** Runs statements, of a database where one is named. */
  run(statements: string, database?: string): Promise<void>;
  close(): Promise<void>;
}

/** Whether the suites that need it can run here. @throws in CI where they cannot */
export function hasMariadb(): boolean {
  const missing = PROGRAMS.filter((name) => spawnSync(name, ['--help'], { env: { ...process.env, PATH } }).error);
  if (missing.length === 0) return true;
  if (process.env.CI) throw new Error(`MariaDB is missing: ${missing.join(', ')}`);
  console.warn('skipped: MariaDB is missing, a source of these tests (Debian: mariadb-server)');
  return false;
}

export async function startMariadb(): Promise<MariadbServer> {
  const folder = await mkdtemp(join(tmpdir(), 'dci-mariadb-'));
  await chmod(folder, 0o755);
  const env = { ...process.env, PATH };
  const user = `--user=${userInfo().username}`;
  const files = [`--datadir=${join(folder, 'data')}`, user];
  const socket = join(folder, 'socket');
  const install = ['--no-defaults', '--auth-root-authentication-method=normal', '--skip-test-db', ...files];
  await promisify(execFile)('mariadb-install-db', install, { env });
  const port = await freePort();
  const options = [
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    `--socket=${socket}`,
    `--pid-file=${join(folder, 'pid')}`,
  ];
  const server = spawn('mariadbd', ['--no-defaults', ...files, ...options], { env, stdio: 'ignore' });
  const connect = (database?: string): Promise<Connection> =>
    createConnection({
      socketPath: socket,
      user: 'root',
      multipleStatements: true,
      charset: 'utf8mb4',
      database: database!,
    });
  const run = async (statements: string, database?: string): Promise<void> => {
    const connection = await connect(database);
    try {
      await connection.query<RowDataPacket[]>(statements);
    } finally {
      await connection.end();
    }
  };
  const close = async (): Promise<void> => {
    const ended = server.exitCode === null && server.signalCode === null ? once(server, 'exit') : undefined;
    server.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const answers = (): Promise<boolean> =>
    run('select 1').then(
      () => true,
      () => false,
    );
  await orClose(async () => {
    await until(answers);
    await run(`create user reader@'127.0.0.1' identified by 'secret'; grant all on *.* to reader@'127.0.0.1'`);
  }, close);
  return { url: (database) => `mysql://reader:secret@127.0.0.1:${port}/${database}`, run, close };
}
