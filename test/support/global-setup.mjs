/** One PostgreSQL for the whole run: the one of `TEST_DATABASE_URL`, or an embedded one in a folder that goes away. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readFile, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import './platform-sources.mjs';

const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  max_locks_per_transaction: '256',
  wal_level: 'logical',
  max_replication_slots: '20',
  max_wal_senders: '20',
};

export default async function prepareRun() {
  tellOfMissingFiles();
  process.env.TEST_RUN_ID = randomBytes(4).toString('hex');
  if (process.env.TEST_DATABASE_URL) return;
  const { startEmbeddedPostgres } = await import('../../src/platform/embedded-postgres.ts');
  const dataDir = await mkdtemp(join(await fastFolder(), 'dci-test-'));
  await chmod(dataDir, 0o755); // as root the server runs as another user
  const log = { info: () => undefined, error: console.error };
  const server = await startEmbeddedPostgres({ dataDir, log, settings: SETTINGS });
  process.env.TEST_DATABASE_URL = server.url;
  await stopWithUs(dataDir);
  globalThis.testPostgres = { server, dataDir };
}

/** Said once, and in CI, which must judge by them unless PUBLISHED_FILES=none, an end of the run (published.ts). */
function tellOfMissingFiles() {
  if (existsSync(new URL('../../../shared/spec/', import.meta.url))) return;
  if (process.env.CI && process.env.PUBLISHED_FILES !== 'none')
    throw new Error('the published files of the specification (../shared) are missing');
  console.warn('skipped: what compares with the published files of the specification, since ../shared is not here');
}

/** The server outlives a killed runner by design; this watcher sees our end of its pipe close and cleans up. */
async function stopWithUs(dataDir) {
  const [pid] = (await readFile(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8')).split('\n');
  const script = `read _; kill -INT ${pid} 2>/dev/null && sleep 2; rm -rf '${dataDir}'`;
  spawn('sh', ['-c', script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] }).unref();
}

/** In memory where there is room: a clone of the template takes 25 ms there, and 600 ms on a disk. */
async function fastFolder() {
  const memory = await statfs('/dev/shm').catch(() => ({ bavail: 0, bsize: 0 }));
  return memory.bavail * memory.bsize > 4e9 ? '/dev/shm' : tmpdir();
}
