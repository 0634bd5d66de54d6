/**
 * `EncryptedMessage` (protocol 6.4): a flattened JWE (RFC 7516, 7.2.2) whose header is the unprotected one of its
 * recipient, so that alg and enc are pinned here instead of trusted. Encrypt first, then sign the envelope.
 */
import type { KeyObject } from 'node:crypto';
import { flattenedDecrypt, GeneralEncrypt, importJWK, type CryptoKey } from 'jose';
import { z } from 'zod';
import { EncryptionInvalid } from '../errors.js';
import { parseJson, type Json } from './json.js';
import { ENCRYPTION_ALGORITHMS, type EncryptionAlgorithm } from '../signature/key.policy.js';

const CONTENT_ENCRYPTION = 'A256GCM';
const MAX_CIPHERTEXT = 4 * 1024 * 1024;

const base64url = (max: number) =>
  z
    .string()
    .max(max, { abort: true })
    // By what it must not hold: an anchored repetition takes a regular expression's stack to its end on long texts.
    .refine((text) => text !== '' && !/[^\w-]/.test(text), 'must be base64url');

/** Length bounds are in characters. */
export const encryptedMessageSchema = z.strictObject({
  header: z.looseObject({
    alg: z.enum(ENCRYPTION_ALGORITHMS),
    enc: z.literal(CONTENT_ENCRYPTION),
    kid: z.string().min(1).max(255),
    zip: z.undefined('compression is not taken').optional(),
  }),
  ciphertext: base64url(MAX_CIPHERTEXT),
  encrypted_key: base64url(2048),
  tag: base64url(32),
  iv: base64url(32),
});
export type EncryptedMessage = z.infer<typeof encryptedMessageSchema>;

/** A partner's encryption key; `algorithm` as `importPublicKey` gives it for use `ENC`. */
export interface EncryptionKey {
  kid: string;
  algorithm: EncryptionAlgorithm;
  publicJwk: Record<string, unknown>;
}

/** @param message anything that `JSON.stringify` writes */
export async function encryptMessage(
  message: unknown,
  { kid, algorithm, publicJwk }: EncryptionKey,
): Promise<EncryptedMessage> {
  const key = await importJWK(publicJwk, algorithm);
  const header = { alg: algorithm, enc: CONTENT_ENCRYPTION, kid };
  // For one recipient jose writes epk into a protected header, which the DCI shape lacks; for two it does not.
  const { recipients, ciphertext, iv, tag } = await new GeneralEncrypt(Buffer.from(JSON.stringify(message)))
    .addRecipient(key)
    .setUnprotectedHeader(header)
    .addRecipient(key)
    .setUnprotectedHeader(header)
    .encrypt();
  return encryptedMessageSchema.parse({ ...recipients[0], ciphertext, iv, tag });
}

/**
 * @param keyFor our private key of this kid, or undefined
 * @throws EncryptionInvalid naming the member that is malformed; for every cryptographic failure in the same words
 * @throws RequestInvalid where the text inside is not JSON that `parseJson` takes
 */
export async function decryptMessage(
  encrypted: unknown,
  keyFor: (kid: string) => Promise<KeyObject | CryptoKey | undefined>,
): Promise<Json> {
  const message = readEncrypted(encrypted);
  const key = await keyFor(message.header.kid);
  if (!key) {
    throw new EncryptionInvalid(
      'message.header.kid names no encryption key of the receiver; take one from its JWKS (use enc)',
    );
  }
  return parseJson(await decrypt(message, key), 'decrypted message');
}

function readEncrypted(encrypted: unknown): EncryptedMessage {
  const { data, error } = encryptedMessageSchema.safeParse(encrypted);
  if (data) return data;
  const [issue] = error.issues;
  const path = ['message', ...(issue?.path ?? [])].join('.');
  throw new EncryptionInvalid(`${path} of an encrypted message is not as it must be: ${issue?.message}`);
}

async function decrypt(message: EncryptedMessage, key: KeyObject | CryptoKey): Promise<string> {
  try {
    const { plaintext } = await flattenedDecrypt(message, key, {
      keyManagementAlgorithms: [...ENCRYPTION_ALGORITHMS],
      contentEncryptionAlgorithms: [CONTENT_ENCRYPTION],
    });
    return new TextDecoder('utf-8', { fatal: true }).decode(plaintext);
  } catch (cause) {
    throw new EncryptionInvalid('message cannot be decrypted with the key it names', { cause });
  }
}
