/** Files that persons are written into: for their owner only, also where one of that name was there and open to others. */
import { createWriteStream, fchmodSync, fstatSync, openSync, type WriteStream } from 'node:fs';

export function openPrivate(file: string): number {
  const descriptor = openSync(file, 'w', 0o600);
  // Not of `/dev/stdout` and the like, which are everybody's.
  if (fstatSync(descriptor).isFile()) fchmodSync(descriptor, 0o600);
  return descriptor;
}

export const privateStream = (file: string): WriteStream => createWriteStream(file, { fd: openPrivate(file) });
