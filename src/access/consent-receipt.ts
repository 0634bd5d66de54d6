/** A receipt that a message brings: its issuer's signature is checked here, only whether it still stands is asked there. */
import type { KnownController } from '../entities/agreements/consent-controller.repository.js';
import type { SignedObject } from '../protocol/consent/consent-object.js';
import { readReceiptClaims, type ReceiptClaims } from '../protocol/consent/consent-receipt.js';
import { ConsentRefused } from '../protocol/consent/consent-refused.js';
import { askStatus } from './consent-status.js';
import { isNamed, signerOf, signersFor } from './consent-signer.js';
import type { ConsentQuestion, ConsentServices, MessageConsent } from './message-consent.types.js';
import { checkShown } from './shown-consent.js';

/** How far an issuer's clock may run ahead; its end has no leeway. */
const AHEAD_MS = 30_000;

/** @param vouched the consent manager alone vouches for it @throws ConsentRefused */
export async function verifyReceipt(
  services: ConsentServices,
  object: SignedObject,
  question: ConsentQuestion,
  vouched: boolean,
): Promise<MessageConsent> {
  const issuer = vouched ? undefined : await issuerOf(services, object, question);
  const claims = readReceiptClaims(object);
  const { jti, aud, sub: subject, purpose, scopes } = claims;
  if (!services.ownNames.includes(aud)) throw new ConsentRefused('audience_mismatch', 'aud must be this gateway');
  await checkPresenter(services, claims, issuer, question.senderId);
  const until = checkTimes(claims, question.now);
  const told = { jti, subject, purpose, scopes, until };
  if (issuer === undefined) return told;
  const statusUrl = statusUrlOf(services, issuer, jti);
  await checkStatus(services, statusUrl);
  await checkShown(services.database, {
    controllerId: issuer.id,
    jti,
    said: { senderId: question.senderId, aud, subject, purpose, scopes: scopes.toSorted(), until },
    first: () => undefined,
    now: question.now,
  });
  return { ...told, controllerId: issuer.id, statusUrl };
}

async function issuerOf(
  services: ConsentServices,
  object: SignedObject,
  question: ConsentQuestion,
): Promise<KnownController> {
  const { iss } = object.payload;
  const issuers = typeof iss === 'string' ? await signersFor(services, question, iss) : [];
  if (issuers.length === 0) throw new ConsentRefused('receipt_issuer_not_trusted', 'iss names no consent controller');
  const issuer = await signerOf(services, object, issuers, question.now);
  if (issuer === undefined) throw new ConsentRefused('receipt_invalid', 'it is not signed by its issuer');
  return issuer;
}

async function checkPresenter(
  { directory }: ConsentServices,
  { presenter }: ReceiptClaims,
  issuer: KnownController | undefined,
  senderId: string,
): Promise<void> {
  const pinned = issuer?.presenter ?? senderId;
  if (pinned !== senderId || !(await isNamed(directory, senderId, presenter)))
    throw new ConsentRefused('presenter_mismatch', 'presenter must be the sender of the message');
}

/** When it ends: as a receipt or as the consent that it is of, whichever comes first. */
function checkTimes({ exp, consent_exp: consentEnd = exp, nbf, iat }: ReceiptClaims, now: Date): Date {
  const until = consentEnd < exp ? consentEnd : exp;
  const from = nbf ?? iat ?? now;
  if (now >= until || from.getTime() > now.getTime() + AHEAD_MS)
    throw new ConsentRefused('expired', 'it does not hold at this time');
  return until;
}

/** Where its issuer registered it; else beside its keys, else at the consent manager, under the field's path. */
function statusUrlOf({ managerUrl }: ConsentServices, issuer: KnownController, jti: string): string {
  const { receiptStatusUrl, jwksUrl } = issuer;
  const origin = jwksUrl === null ? managerUrl : new URL(jwksUrl).origin;
  const base = receiptStatusUrl ?? (origin === undefined ? undefined : `${origin}/consent/v1/receipts`);
  if (base === undefined)
    throw new ConsentRefused('receipt_status_unavailable', 'no address of its status is registered');
  return `${base}/${encodeURIComponent(jti)}/status`;
}

async function checkStatus({ outbound }: ConsentServices, url: string): Promise<void> {
  const status = await askStatus(outbound, url);
  if (status === 'active') return;
  if (status === 'revoked' || status === 'expired') throw new ConsentRefused(status, `its issuer says ${status}`);
  if (status === 'unknown') throw new ConsentRefused('receipt_invalid', 'its issuer does not know it');
  throw new ConsentRefused('receipt_status_unavailable', 'its issuer does not tell its status');
}
