/** Authenticated encryption for data at rest: AES-256-GCM as `version (1) | nonce (12) | tag (16) | ciphertext`. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { fewRandomBytes } from './random.js';

const CIPHER = 'aes-256-gcm';
const VERSION = 1;
const NONCE_END = 13;
const TAG_END = 29;

/** The bytes were altered, or belong to another key or another associated data. Which of them is not knowable. */
export class SealBroken extends Error {
  override name = 'SealBroken';
}

/** @param key 32 bytes. @param associatedData names the place the box belongs to; the same is needed to open it. */
export function seal(key: Buffer, plaintext: Buffer, associatedData: string): Buffer {
  const nonce = fewRandomBytes(NONCE_END - 1);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(associatedData));
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final()]);
  return Buffer.concat([Buffer.of(VERSION), nonce, cipher.getAuthTag(), ciphertext]);
}

/** @throws SealBroken */
export function open(key: Buffer, box: Buffer, associatedData: string): Buffer {
  if (box.length < TAG_END || box[0] !== VERSION) throw new SealBroken('the sealed data has an unknown form');
  const decipher = createDecipheriv(CIPHER, key, box.subarray(1, NONCE_END))
    .setAAD(Buffer.from(associatedData))
    .setAuthTag(box.subarray(NONCE_END, TAG_END));
  try {
    return Buffer.concat([decipher.update(box.subarray(TAG_END)), decipher.final()]);
  } catch (cause) {
    throw new SealBroken('the sealed data was altered, or belongs to another key or place', { cause });
  }
}
