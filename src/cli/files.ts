import type { KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { signingKey } from '../client/client.js';
import { importPrivateKey } from '../protocol/signature/keys.js';
import type { SigningKey } from '../protocol/signature/signature.js';
import type { FileForm, GivenFile } from '../sources/files/given-file.js';
import { CliFailure } from './failure.js';

/** A file, or standard input for `-`. */
export const readText = (file: string): Promise<string> =>
  file === '-' ? text(process.stdin) : readFile(file, 'utf8');

/** @param file a path, or `-` for standard input */
export async function givenFile(file: string, form: FileForm): Promise<GivenFile> {
  if (file === '-') return { form, bytes: () => process.stdin };
  const { size } = await stat(file).then((found) => (found.isFile() ? found : notAFile(file)));
  return { form, bytes: () => createReadStream(file), random: async () => ({ size, slice: sliceOf(file) }) };
}

const notAFile = (file: string): never => {
  throw new CliFailure(`${file} is not a file`, 'give a file, or - for standard input');
};

const sliceOf = (file: string) => async (from: number, to: number) => {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
};

/** The private key that opens what is encrypted, where a file of one is named. */
export const readDecryptionKey = async (file?: string): Promise<KeyObject | undefined> =>
  file === undefined ? undefined : importPrivateKey(await readText(file), 'ENC').privateKey;

/** The private key of a PEM file. Without `kid` it goes by its thumbprint, as `dci sender key` registers it. */
export async function readSigningKey(file: string, kid?: string): Promise<SigningKey> {
  return signingKey(await readText(file), kid);
}
