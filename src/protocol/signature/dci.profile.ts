/** Profile `DCI`: the signature string over the digest of the canonical envelope (RFC 8785). */
import { hash } from 'node:crypto';
import { canonicalJson } from '../envelope/json.js';
import { signMessage, verifyMessage } from './algorithm.js';
import { MAX_LIFETIME_SECONDS } from './checks.js';
import type { Envelope, EnvelopeProfile, ReceivedMessage } from './profile.js';
import { formatSignatureString, parseSignatureString } from './signature-string.js';

/** Where the relatives of this profile differ: the text that is hashed, and how the hash is written. */
export interface DigestForm {
  received(message: ReceivedMessage): string;
  sent(envelope: Envelope): string;
  prefix: 'SHA-256=' | '';
}

export function signatureStringProfile(form: DigestForm): EnvelopeProfile {
  return {
    parse(text) {
      const { signature, ...info } = parseSignatureString(text);
      return {
        ...info,
        matches: (message, key, computing) =>
          verifyMessage(key, signedText(form, form.received(message), info), signature, computing),
      };
    },
    async sign(envelope, key, { senderId, now, expiresInSeconds = MAX_LIFETIME_SECONDS, alone }) {
      const created = Math.floor(now.getTime() / 1000);
      const info = { senderId, kid: key.kid, algorithm: key.algorithm, created, expires: created + expiresInSeconds };
      const signature = await signMessage(key, signedText(form, form.sent(envelope), info), { alone });
      return formatSignatureString({ ...info, signature });
    },
  };
}

export const dciProfile = signatureStringProfile({
  received: ({ document: { header, message } }) => canonicalJson({ header, message }),
  sent: ({ header, message }) => canonicalJson({ header, message }),
  prefix: 'SHA-256=',
});

function signedText(
  form: DigestForm,
  payload: string,
  { created, expires }: { created: number; expires: number },
): Buffer {
  const digest = form.prefix + hash('sha256', payload, 'base64');
  return Buffer.from(`(created): ${created}\n(expires): ${expires}\ndigest: ${digest}`);
}
