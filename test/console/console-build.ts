/** The console as `npm run build` makes it, built here where it is missing or older than its sources. */
import { execFileSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LOCK = `${ROOT}node_modules/.cache/console-build.lock`;
const STALE_LOCK_MS = 120_000;

const changedAt = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

function isFresh(): boolean {
  const sources = readdirSync(`${ROOT}src/console`, { recursive: true }).map(
    (name) => `${ROOT}src/console/${String(name)}`,
  );
  return changedAt(`${ROOT}dist/console/index.html`) >= Math.max(...sources.map(changedAt));
}

/** Test files run side by side; one of them builds, the others wait. */
export async function ensureConsole(): Promise<void> {
  while (!isFresh()) {
    const lock = takeLock();
    if (lock === undefined) {
      await wait(250);
      continue;
    }
    try {
      // Another may have finished between the look and the lock; to build again would take its files from under it.
      if (isFresh()) continue;
      const vite = ['node_modules/vite/bin/vite.js', 'build', '-c', 'src/console/vite.config.ts'];
      execFileSync(process.execPath, vite, {
        cwd: ROOT,
        stdio: 'pipe',
        env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'production' },
      });
    } finally {
      closeSync(lock);
      rmSync(LOCK, { force: true });
    }
  }
}

function takeLock(): number | undefined {
  mkdirSync(dirname(LOCK), { recursive: true });
  if (Date.now() - changedAt(LOCK) > STALE_LOCK_MS) rmSync(LOCK, { force: true });
  try {
    return openSync(LOCK, 'wx');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
    throw error;
  }
}
