/** One PostgreSQL for the whole run: the one of `TEST_DATABASE_URL`, or an embedded one in a folder that goes away. */
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import './platform-sources.mjs';

const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  max_locks_per_transaction: '256',
};

export default async function startPostgres() {
  process.env.TEST_RUN_ID = randomBytes(4).toString('hex');
  if (process.env.TEST_DATABASE_URL) return;
  const { startEmbeddedPostgres } = await import('../../src/platform/embedded-postgres.ts');
  const dataDir = await mkdtemp(join(tmpdir(), 'dci-test-'));
  await chmod(dataDir, 0o755); // as root the server runs as another user
  const log = { info: () => undefined, error: console.error };
  const server = await startEmbeddedPostgres({ dataDir, log, settings: SETTINGS });
  process.env.TEST_DATABASE_URL = server.url;
  globalThis.testPostgres = { server, dataDir };
}
