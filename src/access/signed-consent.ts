/**
 * A consent that a message brings, checked from the cheapest to the dearest: form, for whom it is, who signed it, whether it
 * was shown before. Nothing is remembered before the signature holds, and nothing is released where one check fails.
 */
import { createHash } from 'node:crypto';
import {
  controllersOf,
  digestOfShown,
  keepShown,
  type KnownController,
} from '../entities/agreements/consent-controller.repository.js';
import { ConsentRefused } from '../protocol/consent/consent-refused.js';
import {
  readConsentObject,
  scopesFor,
  type ConsentClaims,
  type ConsentObject,
} from '../protocol/consent/consent-object.js';
import { canonicalJson } from '../protocol/envelope/json.js';
import { verifyBytesApart } from '../protocol/signature/algorithm.js';
import { JOSE_ALGORITHMS } from '../protocol/signature/keys.js';
import { controllerKey, type KeyServices } from './consent-keys.js';
import type { SenderDirectory } from './sender-directory.js';

export interface ConsentServices extends KeyServices {
  directory: SenderDirectory;
  /** Names under which a consent may be given to us. */
  ownNames: string[];
}

export interface ConsentQuestion {
  senderId: string;
  registry: string;
  receivedAt: Date;
  now: Date;
}

export interface SignedConsent {
  claims: ConsentClaims;
  scopes: string[];
  controllerId: string;
}

/** A first showing must be fresh; later ones may come until it ends. */
const FRESH_MS = 300_000;
const LONGEST_MS = 90 * 86_400_000;
const FOREIGN_KEYS = ['jwk', 'jku', 'x5c', 'x5u', 'crit', 'b64'];

/** @throws ConsentRefused */
export async function verifySignedConsent(
  services: ConsentServices,
  jws: unknown,
  question: ConsentQuestion,
): Promise<SignedConsent> {
  const object = readConsentObject(jws);
  const { claims } = object;
  const scopes = scopesFor(claims, services.ownNames);
  if (scopes === undefined) throw new ConsentRefused('controller_not_granted', 'it grants nothing to this gateway');
  await checkAudience(services, claims, question.senderId);
  const controller = await signerOf(services, object, String(jws), question);
  await checkShown(services, claims, scopes, controller, question);
  checkValidity(claims, question.now);
  return { claims, scopes, controllerId: controller.id };
}

/** The partner that obtained it must be the one that shows it. */
async function checkAudience({ directory }: ConsentServices, { aud }: ConsentClaims, senderId: string): Promise<void> {
  if (audiencesOf(senderId).includes(aud)) return;
  const other = await directory.bySenderId(aud);
  if (other === undefined) throw new ConsentRefused('unknown_partner', 'aud names nobody who is known here');
  throw new ConsentRefused('audience_mismatch', 'aud must be the sender of the message');
}

/** Its id, or the reference that OpenG2P makes of it. */
const audiencesOf = (senderId: string): string[] => [
  senderId,
  `PARTNER_${senderId.toUpperCase().replaceAll('-', '_')}`,
];

/** In the same words for an unknown controller, an unknown key and a signature that does not hold. */
async function signerOf(
  services: ConsentServices,
  { header, claims }: ConsentObject,
  jws: string,
  { senderId, registry, now }: ConsentQuestion,
): Promise<KnownController> {
  const { kid, alg } = header;
  const invalid = new ConsentRefused('signature_invalid', 'it is not signed by a registered consent controller');
  if (typeof kid !== 'string' || FOREIGN_KEYS.some((name) => name in header)) throw invalid;
  const [head = '', payload = '', signature = ''] = jws.split('.');
  for (const controller of await controllersOf(services.database, registry)) {
    if (!(await maySign(services, controller, claims, senderId))) continue;
    const key = await controllerKey(services, controller, kid, now);
    const names: unknown[] =
      key === undefined ? [] : [JOSE_ALGORITHMS[key.algorithm], key.algorithm === 'ed25519' && 'Ed25519'];
    if (key === undefined || !names.includes(alg)) continue;
    if (await verifyBytesApart(key, Buffer.from(`${head}.${payload}`), Buffer.from(signature, 'base64url')))
      return controller;
  }
  throw invalid;
}

/** A partner signs for itself alone; a controller that is no sender here signs for all of them. */
async function maySign(
  { directory }: ConsentServices,
  { issuer }: KnownController,
  { iss }: ConsentClaims,
  senderId: string,
): Promise<boolean> {
  if (iss !== undefined && iss !== issuer) return false;
  return audiencesOf(senderId).includes(issuer) || (await directory.bySenderId(issuer)) === undefined;
}

/** The same one again is the same; another under its number is a replay, and so is a stale or a future first one. */
async function checkShown(
  { database }: ConsentServices,
  { jti, aud, subject_id: subject, purpose, validity, issued_at: issuedAt }: ConsentClaims,
  scopes: string[],
  { id }: KnownController,
  { senderId, receivedAt, now }: ConsentQuestion,
): Promise<void> {
  const said = { senderId, aud, subject, purpose: purpose.code, scopes: scopes.toSorted(), validity };
  const digest = createHash('sha256')
    .update(canonicalJson(JSON.parse(JSON.stringify(said))))
    .digest();
  const before = await digestOfShown(database, id, jti);
  if (before === undefined && Math.abs(receivedAt.getTime() - issuedAt.getTime()) > FRESH_MS)
    throw new ConsentRefused('replay', 'issued_at must lie within 300 seconds when it is first shown');
  const standing = before ?? (await keepShown(database, id, jti, digest, now));
  if (!standing.equals(digest)) throw new ConsentRefused('replay', 'another consent was shown under this jti');
}

function checkValidity({ validity: { valid_from: from, valid_until: until } }: ConsentClaims, now: Date): void {
  if (now < from || now > until) throw new ConsentRefused('expired', 'it does not hold at this time');
  if (until.getTime() - from.getTime() > LONGEST_MS)
    throw new ConsentRefused('validity_exceeds_policy', 'a consent may hold 90 days at most');
}
