/** The embedded PostgreSQL that another process of ours (the gateway) runs on the same `DATA_DIR`. */
import { readFile } from 'node:fs/promises';
import { createConnection } from 'node:net';
import { join, resolve } from 'node:path';

import { embeddedUrl } from './embedded-postgres.js';

const CONNECT_TIMEOUT_MS = 2000;

/** Its URL, or undefined where none runs. The fourth line of `postmaster.pid` is the port, the eighth the state. */
export async function findRunningPostgres(dataDir: string): Promise<string | undefined> {
  const folder = resolve(dataDir);
  const lines = (await readFile(join(folder, 'postgres', 'data', 'postmaster.pid'), 'utf8').catch(() => '')).split(
    '\n',
  );
  const port = Number(lines[3]);
  if (!port || lines[7]?.trim() !== 'ready' || !(await answers(port))) return undefined;
  const password = await readFile(join(folder, 'postgres-password'), 'utf8').catch(() => undefined);
  return password === undefined ? undefined : embeddedUrl(password.trim(), port);
}

/** After a crash the file is left behind without its server. */
function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = createConnection({ host: '127.0.0.1', port, timeout: CONNECT_TIMEOUT_MS });
    const finish = (answer: boolean) => {
      socket.destroy();
      done(answer);
    };
    socket.once('connect', () => finish(true));
    socket.once('error', () => finish(false));
    socket.once('timeout', () => finish(false));
  });
}
