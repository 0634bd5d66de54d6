/** Folders, made where they are missing. */
import { lstat, mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isNativeError } from 'node:util/types';

/** `mkdir` of Node.js with `recursive` never returns where the system makes no folders, as in `/proc`. */
export async function makeFolder(path: string, mode?: number): Promise<void> {
  try {
    await mkdir(path, mode);
  } catch (error) {
    const code = isNativeError(error) && 'code' in error ? error.code : undefined;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    if (code !== 'ENOENT' || (await isThere(dirname(path)))) throw error;
    await makeFolder(dirname(path));
    await makeFolder(path, mode);
  }
}

/** Also as a link that leads nowhere. */
export const isThere = (path: string): Promise<boolean> => lstat(path).then(Boolean, () => false);
