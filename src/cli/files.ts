import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { signingKey } from '../client/client.js';
import type { SigningKey } from '../protocol/signature/signature.js';

/** A file, or standard input for `-`. */
export const readText = (file: string): Promise<string> =>
  file === '-' ? text(process.stdin) : readFile(file, 'utf8');

/** The private key of a PEM file. Without `kid` it goes by its thumbprint, as `dci sender key` registers it. */
export async function readSigningKey(file: string, kid?: string): Promise<SigningKey> {
  return signingKey(await readText(file), kid);
}
