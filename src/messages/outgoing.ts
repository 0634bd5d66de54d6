/**
 * Encryption of what leaves (protocol 6.4): when the request was encrypted, which the stored header tells, or when the
 * sender asks for it always. Encrypt first, then sign: the signature covers the envelope as sent.
 */
import { isObject } from '../platform/plain-object.js';
import type { KnownSender } from '../access/sender-directory.js';
import { encryptMessage } from '../protocol/envelope/encryption.js';
import { EncryptionInvalid } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import type { EncryptionAlgorithm } from '../protocol/signature/key.policy.js';

type Recipient = Pick<KnownSender, 'keys' | 'encryptReplies'>;

/**
 * The envelope as it goes on the wire, still unsigned; `envelope` itself is the plain one that is stored.
 *
 * @throws EncryptionInvalid where it must be encrypted and the sender has no encryption key: nothing leaves in the clear
 */
export async function encryptWhereDue(envelope: JsonObject, recipient: Recipient): Promise<JsonObject> {
  const { header, message } = envelope;
  const asked = isObject(header) && header['is_msg_encrypted'] === true;
  if (message === undefined || !(asked || recipient.encryptReplies)) return envelope;
  const encrypted = await encryptMessage(message, encryptionKeyOf(recipient));
  return {
    ...envelope,
    header: { ...(isObject(header) ? header : {}), is_msg_encrypted: true },
    message: encrypted as unknown as JsonObject,
  };
}

/** The newest one that is not revoked. @throws EncryptionInvalid */
export function encryptionKeyOf({ keys }: Pick<Recipient, 'keys'>) {
  const key = keys.find(({ use }) => use === 'ENC');
  if (key === undefined)
    throw new EncryptionInvalid(
      'the reply must be encrypted, and no encryption key of this sender is registered: register one (use ENC)',
    );
  return { kid: key.kid, algorithm: key.algorithm as EncryptionAlgorithm, publicJwk: key.publicJwk };
}
