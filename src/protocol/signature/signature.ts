/** Signatures of the envelope (contract, "Message signature of the envelope"), in the profile chosen for the sender. */
import { SignatureInvalid, SignatureMissing } from '../errors.js';
import type { JsonObject } from '../envelope/json.js';
import type { SignatureProfile } from '../vocabulary.js';
import type { Computing, SigningKey, VerificationKey } from './algorithm.js';
import { checkMatch, checkOwner, checkTimes } from './checks.js';
import { dciProfile } from './dci.profile.js';
import { jwsProfile } from './jws.profile.js';
import { opensppProfile } from './openspp.profile.js';
import type { Envelope, EnvelopeProfile, ReceivedMessage, SignatureInfo, SigningOptions } from './profile.js';

export type { Envelope, ReceivedMessage, SignatureInfo, SigningKey, SigningOptions, VerificationKey };

/** Profiles whose signature stands in the envelope; `HTTP` stands in the headers (http.profile.ts). */
export type EnvelopeProfileName = Exclude<SignatureProfile, 'HTTP'>;

const PROFILES: Record<EnvelopeProfileName, EnvelopeProfile> = {
  DCI: dciProfile,
  JWS: jwsProfile,
  OPENSPP: opensppProfile,
};
/** Values that stand for no signature at all. */
const UNSIGNED = new Set(['', 'unsigned', 'unsigned-stub']);

export interface VerificationOptions extends Computing {
  /** The header's `sender_id`. */
  senderId: string;
  /** The sender's key, or undefined where it has none of this id or has revoked it. */
  keyFor: (kid: string) => Promise<VerificationKey | undefined>;
  now: Date;
}

/** What the signature says about itself, or undefined where the message is unsigned. @throws SignatureInvalid if malformed */
export function readSignature(profile: EnvelopeProfileName, document: JsonObject): SignatureInfo | undefined {
  const text = signatureText(document);
  return text === undefined ? undefined : PROFILES[profile].parse(text);
}

/**
 * Proves that the sender signed this message, now.
 *
 * @throws SignatureMissing for an unsigned message
 * @throws SignatureInvalid naming the rule that is broken
 */
export async function verifyEnvelope(
  profile: EnvelopeProfileName,
  message: ReceivedMessage,
  { senderId, keyFor, now, alone }: VerificationOptions,
): Promise<{ kid: string }> {
  const text = signatureText(message.document);
  if (text === undefined)
    throw new SignatureMissing('signature is missing: sign header and message with a registered key');
  const signature = PROFILES[profile].parse(text);
  checkOwner(signature.senderId, senderId);
  checkTimes(signature, now);
  await checkMatch(signature, await keyFor(signature.kid), (key) => signature.matches(message, key, { alone }));
  return { kid: signature.kid };
}

/** The `signature` of a message to be sent. */
export async function signEnvelope(
  profile: EnvelopeProfileName,
  envelope: Envelope,
  key: SigningKey,
  options: SigningOptions,
): Promise<string> {
  return PROFILES[profile].sign(envelope, key, options);
}

function signatureText({ signature }: JsonObject): string | undefined {
  if (signature === undefined) return undefined;
  if (typeof signature !== 'string') throw new SignatureInvalid('signature must be a string');
  const text = signature.trim();
  return UNSIGNED.has(text) ? undefined : text;
}
