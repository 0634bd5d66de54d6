/** What a fresh clone lacks: the packages and the compiled code. Runs on any Node of the machine, before ours is there. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { lacksPackages } from './packages.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));
export const startedIn = process.cwd();
process.chdir(root);

/** Made by `npm run build` behind all else. */
const STAMP = 'dist/.built';
/** Where Node keeps what V8 has compiled, for a quicker start; it does without where the folder cannot be written. */
export const COMPILED = `${root}node_modules/.cache/v8`;

const changedAt = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** A build without what made it, as `npm prune --omit=dev` leaves it for production: it is run as it is. */
const isPruned = () => existsSync('dist/bin/cli.js') && !existsSync('node_modules/typescript');

export function installIfNeeded() {
  const [locked, installed] = ['package-lock.json', 'node_modules/.package-lock.json'].map(packagesOf);
  if (!lacksPackages(locked, installed, isPruned())) return;
  step('installing packages (npm ci)', 'npm', ['ci', '--include=dev', '--no-progress', '--loglevel=error']);
}

const packagesOf = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).packages : {});

export function buildIfNeeded() {
  if (isPruned()) return;
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).map((name) => `src/${name}`);
  const newest = Math.max(
    ...['package.json', 'tsconfig.json', 'tsconfig.build.json', 'scripts/bundle.mjs', ...sources].map(changedAt),
  );
  if (changedAt(STAMP) >= newest) return;
  step('building (npm run build)', 'npm', ['run', 'build', '--silent']);
}

/** Quiet when all goes well: the output of a step is shown only where it failed. */
function step(title, command, args) {
  console.error(`· ${title}`);
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status === 0) return;
  console.error(`${stdout ?? ''}${stderr ?? ''}${error ?? ''}\n${title} failed`);
  process.exit(1);
}

/** Our pinned runtime in place of this process: same terminal, same signals, same exit code. */
export function become(args, { env = process.env, cwd = root } = {}) {
  const runtime = `${root}node_modules/.bin/node`;
  if (!existsSync(runtime)) {
    console.error(`${runtime} is missing: did npm skip install scripts? Allow that of the package "node", then npm ci`);
    process.exit(1);
  }
  // The channel closes when we are killed, which tells the child to stop in order.
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const child = spawn(runtime, args, { stdio, env: { NODE_COMPILE_CACHE: COMPILED, ...env }, cwd });
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  stopWithNpm(child);
  child.once('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** npm passes signals on, but not that it was killed by one. */
function stopWithNpm(child) {
  if (!process.env.npm_lifecycle_event) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill('SIGTERM');
  }, 500);
}
