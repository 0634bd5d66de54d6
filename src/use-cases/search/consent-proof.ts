/** The proof of consent in the blocks of an item: a signed object, or the number of one that a consent manager keeps. */
import { askConsentManager, type ConsentManager, type ManagerPermit } from '../../access/consent-manager.js';
import { isNamed } from '../../access/consent-signer.js';
import type { ConsentQuestion, MessageConsent } from '../../access/message-consent.types.js';
import type { SenderDirectory } from '../../access/sender-directory.js';
import { ConsentRefused } from '../../protocol/consent/consent-refused.js';
import { isObject } from '../../platform/plain-object.js';

type Block = Record<string, unknown> | undefined;
export interface Blocks {
  consent?: Block;
  authorize?: Block;
}

export type Proof = { jws: unknown } | { consentId: string; partnerId: string };

/** A block may hold a proof beside what it states; there is one proof, wherever it stands. @throws ConsentRefused */
export async function withoutProof(
  directory: SenderDirectory,
  { consent, authorize }: Blocks,
  senderId: string,
): Promise<{ proof?: Proof; blocks: Blocks }> {
  const blocks = { consent: statements(consent), authorize: statements(authorize) };
  const signed = new Set(valuesOf('consent_jws', consent, authorize));
  const stored = new Set(valuesOf('consent_id', consent, authorize));
  const [[jws], [id]] = [[...signed], [...stored]];
  if (signed.size + stored.size > 1) throw new ConsentRefused('malformed_object', 'consent and authorize hold two');
  if (jws !== undefined) return { proof: { jws }, blocks };
  if (id === undefined) return { blocks };
  if (typeof id !== 'string' || id === '' || id.length > 255)
    throw new ConsentRefused('malformed_object', 'consent_id must be a text');
  const [partnerId = senderId] = valuesOf('consent_partner_id', authorize, consent);
  if (!(await isNamed(directory, senderId, partnerId)))
    throw new ConsentRefused('partner_mismatch', 'consent_partner_id must be the sender of the message');
  return { proof: { consentId: id, partnerId: partnerId as string }, blocks };
}

const valuesOf = (name: string, ...blocks: Block[]): unknown[] =>
  blocks.flatMap((block) => (isObject(block) && name in block ? [block[name] ?? null] : []));

function statements(block: Block): Block {
  if (block === undefined) return undefined;
  const { consent_jws: _proof, consent_id: _id, ...rest } = block;
  return rest;
}

/** A consent that the manager keeps, as it says. @throws ConsentRefused */
export async function storedConsent(
  manager: ConsentManager | undefined,
  { consentId, partnerId }: { consentId: string; partnerId: string },
  { senderId, now, purpose, scopes }: Pick<ConsentQuestion, 'senderId' | 'now'> & { purpose: string; scopes: string[] },
): Promise<{ consent: MessageConsent; permit: ManagerPermit }> {
  if (manager === undefined)
    throw new ConsentRefused('cm_not_configured', 'authorize.consent_id: no consent manager is asked here');
  const permit = await askConsentManager(manager, { senderId, proof: { consentId, partnerId }, scopes, now });
  const { subject, until } = permit;
  if (subject === undefined || until === undefined)
    throw new ConsentRefused('deny', 'the consent manager does not say of whom it is, or until when', permit.answer);
  return { consent: { jti: consentId, subject, purpose, scopes: permit.scopes, until }, permit };
}
