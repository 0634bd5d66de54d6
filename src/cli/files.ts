import { open, readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { signingKey } from '../client/client.js';
import type { SigningKey } from '../protocol/signature/signature.js';
import type { FileForm, GivenFile } from '../sources/files/given-file.js';
import { CliFailure } from './failure.js';

/** A file, or standard input for `-`. */
export const readText = (file: string): Promise<string> =>
  file === '-' ? text(process.stdin) : readFile(file, 'utf8');

/** @param file a path, or `-` for standard input */
export async function givenFile(file: string, form: FileForm): Promise<GivenFile> {
  if (file === '-') return { form, bytes: () => process.stdin };
  const handle = await open(file);
  if (!(await handle.stat()).isFile())
    throw new CliFailure(`${file} is not a file`, 'give a file, or - for standard input');
  const { size } = await handle.stat();
  const slice = async (from: number, to: number): Promise<Buffer> => {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(to - from), 0, to - from, from);
    return buffer.subarray(0, bytesRead);
  };
  return { form, bytes: () => handle.createReadStream({ autoClose: false }), random: async () => ({ size, slice }) };
}

/** The private key of a PEM file. Without `kid` it goes by its thumbprint, as `dci sender key` registers it. */
export async function readSigningKey(file: string, kid?: string): Promise<SigningKey> {
  return signingKey(await readText(file), kid);
}
