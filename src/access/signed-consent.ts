/**
 * A consent that a message brings, checked from the cheapest to the dearest: form, for whom it is, who signed it, whether it
 * was shown before. Nothing is remembered before the signature holds, and nothing is released where one check fails.
 */
import { controllersOf } from '../entities/agreements/consent-controller.repository.js';
import {
  isReceipt,
  readConsentClaims,
  readSignedObject,
  scopesFor,
  type ConsentClaims,
  type SignedObject,
} from '../protocol/consent/consent-object.js';
import { ConsentRefused } from '../protocol/consent/consent-refused.js';
import { verifyReceipt } from './consent-receipt.js';
import { isNamed, signerOf, signersFor } from './consent-signer.js';
import type { ConsentQuestion, ConsentServices, MessageConsent } from './message-consent.types.js';
import { checkShown } from './shown-consent.js';

/** A first showing must be fresh; later ones may come until it ends. */
const FRESH_MS = 300_000;
const LONGEST_MS = 90 * 86_400_000;

/** @throws ConsentRefused */
export async function verifySignedConsent(
  services: ConsentServices,
  jws: unknown,
  question: ConsentQuestion,
): Promise<MessageConsent> {
  const object = readSignedObject(jws);
  const vouched = await isVouchedFor(services, question);
  return isReceipt(object)
    ? verifyReceipt(services, object, question, vouched)
    : verifyConsent(services, object, question, vouched);
}

/** By the consent manager alone: where controllers are registered, what comes in must hold by them as well. */
const isVouchedFor = async ({ database, managerUrl }: ConsentServices, { registry }: ConsentQuestion) =>
  managerUrl !== undefined && (await controllersOf(database, registry)).length === 0;

async function verifyConsent(
  services: ConsentServices,
  object: SignedObject,
  question: ConsentQuestion,
  vouched: boolean,
): Promise<MessageConsent> {
  const claims = readConsentClaims(object);
  const scopes = scopesFor(claims, services.ownNames);
  if (scopes === undefined) throw new ConsentRefused('controller_not_granted', 'it grants nothing to this gateway');
  if (!(await isNamed(services.directory, question.senderId, claims.aud)))
    throw await notTheirs(services, object, claims, question);
  const controllerId = vouched ? undefined : await verifyShown(services, { object, claims, scopes }, question);
  checkValidity(claims, question.now);
  const { jti, subject_id: subject, purpose, validity } = claims;
  return { jti, subject, purpose: purpose.code, scopes, until: validity.valid_until, controllerId };
}

/**
 * The partner that obtained it must be the one that shows it. Whether there is another of that name is told of what was signed
 * for that one: anybody may write a name.
 */
async function notTheirs(
  services: ConsentServices,
  object: SignedObject,
  { aud, iss }: ConsentClaims,
  question: ConsentQuestion,
): Promise<ConsentRefused> {
  const [senderId, another] = await services.directory.named(aud);
  const isOne = senderId !== undefined && another === undefined;
  const signers = isOne ? await signersFor(services, { ...question, senderId }, iss) : [];
  const isAnothers = (await signerOf(services, object, signers, question.now)) !== undefined;
  return new ConsentRefused(
    isAnothers ? 'audience_mismatch' : 'unknown_partner',
    'aud must be the sender of the message',
  );
}

interface Shown {
  object: SignedObject;
  claims: ConsentClaims;
  scopes: string[];
}

/** Who signed it; the same one again is the same, and a first one must be neither stale nor ahead. */
async function verifyShown(
  services: ConsentServices,
  { object, claims, scopes }: Shown,
  question: ConsentQuestion,
): Promise<string> {
  const { senderId, receivedAt, now } = question;
  const controller = await signerOf(services, object, await signersFor(services, question, claims.iss), now);
  if (controller === undefined)
    throw new ConsentRefused('signature_invalid', 'it is not signed by a registered consent controller');
  const { jti, aud, subject_id: subject, purpose, validity, issued_at: issuedAt } = claims;
  await checkShown(services.database, {
    controllerId: controller.id,
    jti,
    said: { senderId, aud, subject, purpose: purpose.code, scopes: scopes.toSorted(), validity },
    first: () => {
      if (Math.abs(receivedAt.getTime() - issuedAt.getTime()) > FRESH_MS)
        throw new ConsentRefused('replay', 'issued_at must lie within 300 seconds when it is first shown');
    },
    now,
  });
  return controller.id;
}

function checkValidity({ validity: { valid_from: from, valid_until: until } }: ConsentClaims, now: Date): void {
  if (now < from || now > until) throw new ConsentRefused('expired', 'it does not hold at this time');
  if (until.getTime() - from.getTime() > LONGEST_MS)
    throw new ConsentRefused('validity_exceeds_policy', 'a consent may hold 90 days at most');
}
