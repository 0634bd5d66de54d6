/** Whose signature a consent in a message has: that of a registered controller who may sign for this sender. */
import { controllersOf, type KnownController } from '../entities/agreements/consent-controller.repository.js';
import type { SignedObject } from '../protocol/consent/consent-object.js';
import { verifyBytes } from '../protocol/signature/algorithm.js';
import { JOSE_ALGORITHMS } from '../protocol/signature/keys.js';
import type { VerificationKey } from '../protocol/signature/signature.js';
import { controllerKey, type KeyServices } from './consent-keys.js';
import type { SenderDirectory } from './sender-directory.js';

export interface SignerServices extends KeyServices {
  directory: SenderDirectory;
}

export interface SignerQuestion {
  senderId: string;
  registry: string;
  now: Date;
}

const FOREIGN_KEYS = ['jwk', 'jku', 'x5c', 'x5u', 'crit', 'b64'];

/** Whether a name means this sender and no other. */
export async function isNamed(directory: SenderDirectory, senderId: string, name: unknown): Promise<boolean> {
  if (name === senderId) return true;
  const [meant, another] = typeof name === 'string' ? await directory.named(name) : [];
  return meant === senderId && another === undefined;
}

/** Those who may sign for this sender here; with `iss`, the one of that name. */
export async function signersFor(
  { database, directory }: SignerServices,
  { senderId, registry }: SignerQuestion,
  iss: unknown,
): Promise<KnownController[]> {
  const signers: KnownController[] = [];
  for (const controller of await controllersOf(database, registry))
    if ((iss === undefined || iss === controller.issuer) && (await maySign(directory, controller.issuer, senderId)))
      signers.push(controller);
  return signers;
}

/** A partner signs for itself alone; a controller that is no sender here signs for all of them. */
const maySign = async (directory: SenderDirectory, issuer: string, senderId: string): Promise<boolean> =>
  (await isNamed(directory, senderId, issuer)) || (await directory.named(issuer)).length === 0;

/** Undefined alike for an unknown key and a signature that does not hold. Keys that it brings itself are nobody's. */
export async function signerOf(
  services: SignerServices,
  { header, input, signature }: SignedObject,
  signers: KnownController[],
  now: Date,
): Promise<KnownController | undefined> {
  const { kid, alg } = header;
  if (typeof kid !== 'string' || FOREIGN_KEYS.some((name) => name in header)) return undefined;
  for (const controller of signers) {
    const key = await controllerKey(services, controller, kid, now);
    if (key !== undefined && namesOf(key).includes(alg) && verifyBytes(key, input, signature)) return controller;
  }
  return undefined;
}

const namesOf = ({ algorithm }: VerificationKey): unknown[] => [
  JOSE_ALGORITHMS[algorithm],
  ...(algorithm === 'ed25519' ? ['Ed25519'] : []),
];
