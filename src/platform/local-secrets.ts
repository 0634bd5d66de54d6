/** The master key and the admin token of a gateway that was given none: made once and kept in `DATA_DIR`. */
import { randomBytes } from 'node:crypto';
import { link, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isNativeError } from 'node:util/types';

import type { Secrets } from './config.js';
import { isThere, makeFolder } from './folder.js';

export interface LocalSecrets {
  masterKey: Buffer;
  adminToken: string;
  /** Made just now: the one time that it is to be printed. */
  adminTokenIsNew: boolean;
}

export async function loadLocalSecrets(
  dataDir: string,
  given: Pick<Secrets, 'masterKey' | 'adminToken'>,
): Promise<LocalSecrets> {
  await makeFolder(dataDir);
  const masterKey = given.masterKey ?? (await localMasterKey(dataDir));
  if (masterKey.length !== 32) throw new Error(`${join(dataDir, 'master-key')} does not hold 32 bytes in base64`);
  if (given.adminToken) return { masterKey, adminToken: given.adminToken, adminTokenIsNew: false };
  const token = await keep(join(dataDir, 'admin-token'), 'base64url');
  return { masterKey, adminToken: token.value, adminTokenIsNew: token.isNew };
}

/** A new one would open nothing of a database that a gateway has used, and pass for the one that does. */
async function localMasterKey(dataDir: string): Promise<Buffer> {
  const [path, database] = [join(dataDir, 'master-key'), join(dataDir, 'postgres')];
  // Made behind it; commands that need no key make a database without either.
  const hadKey = await isThere(join(dataDir, 'admin-token'));
  if (hadKey && (await isThere(database)) && !(await isThere(path)))
    throw new Error(
      `${path} is not there, and the database in ${database} is sealed by it: put the file back, or set MASTER_KEY`,
    );
  return Buffer.from((await keep(path, 'base64')).value, 'base64');
}

/** Written beside its place and linked into it: a crash leaves no half secret, and of two processes the first wins. */
async function keep(path: string, encoding: 'base64' | 'base64url'): Promise<{ value: string; isNew: boolean }> {
  const kept = await read(path);
  if (kept) return { value: kept, isNew: false };
  const draft = `${path}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, randomBytes(32).toString(encoding), { mode: 0o600, flush: true });
  let isNew = true;
  try {
    await link(draft, path);
  } catch (error) {
    if (!isOf(error, 'EEXIST')) throw error;
    isNew = false;
  } finally {
    await unlink(draft);
  }
  const value = await read(path);
  if (!value) throw new Error(`${path} is empty: put its content back, or delete it and a new one is made`);
  return { value, isNew };
}

async function read(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').then(
    (text) => text.trim(),
    (error: unknown) => {
      if (isOf(error, 'ENOENT')) return undefined;
      throw error;
    },
  );
}

const isOf = (error: unknown, code: string): boolean => isNativeError(error) && 'code' in error && error.code === code;
