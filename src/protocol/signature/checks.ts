/** The checks that every profile shares: time, owner, key. */
import { generateKeyPairSync } from 'node:crypto';
import { SignatureInvalid } from '../errors.js';
import type { VerificationKey } from './algorithm.js';
import type { SignatureInfo } from './profile.js';

export const MAX_LIFETIME_SECONDS = 300;
const MAX_AHEAD_SECONDS = 60;

/**
 * What a signature tells of its times.
 *
 * @throws SignatureInvalid outside `created` - 60 s to `expires`, or for a lifetime over 300 s
 */
export function checkTimes({ created, expires }: Pick<SignatureInfo, 'created' | 'expires'>, now: Date): void {
  const seconds = now.getTime() / 1000;
  if (created !== undefined && created - seconds > MAX_AHEAD_SECONDS) {
    throw outOfTime(`signature is created more than ${MAX_AHEAD_SECONDS} s in the future; check your clock`);
  }
  if (expires === undefined) return;
  if (created !== undefined && expires < created) throw outOfTime('signature expires before it is created');
  if (created !== undefined && expires - created > MAX_LIFETIME_SECONDS) {
    throw outOfTime(`signature may live ${MAX_LIFETIME_SECONDS} s at most: expires - created is more`);
  }
  if (seconds > expires) throw outOfTime('signature has expired; sign the message again');
}

const outOfTime = (message: string): SignatureInvalid => new SignatureInvalid(message, { fault: 'TIME' });

/** @throws SignatureInvalid where the signature names another sender than the message */
export function checkOwner(named: string | undefined, senderId: string | undefined): void {
  if (named === undefined || senderId === undefined || named === senderId) return;
  throw new SignatureInvalid('signature names a key of another sender than sender_id', { fault: 'OWNER' });
}

/** Stands in for an unknown key, so that its refusal costs what a wrong signature costs. */
const decoy: VerificationKey = {
  kid: 'decoy',
  algorithm: 'ed25519',
  keyObject: generateKeyPairSync('ed25519').publicKey,
};

/** @throws SignatureInvalid, in the same words for an unknown key, a revoked key and a signature that does not match */
export async function checkMatch(
  named: Pick<SignatureInfo, 'algorithm'> | { algorithm: undefined },
  key: VerificationKey | undefined,
  matches: (key: VerificationKey) => boolean | Promise<boolean>,
): Promise<void> {
  if (key && named.algorithm && named.algorithm !== key.algorithm) {
    throw new SignatureInvalid('signature names another algorithm than its registered key has', { fault: 'ALGORITHM' });
  }
  const matched = await matches(key ?? decoy);
  if (key && matched) return;
  throw new SignatureInvalid(
    'signature does not verify: it must be over this very message, with a valid key of this sender',
    { fault: key === undefined ? 'KEY' : 'MATCH' },
  );
}
