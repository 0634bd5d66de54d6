/** The consent that an item brings along: verified, or the item is refused. */
import { narrowToConsent, askAboutSubject } from '../../access/consent-grant.js';
import { decideItem, summarizeDecision, type Grant, type ItemDecision } from '../../access/decide-access.js';
import { statedPurpose } from '../../access/purpose.js';
import { verifySignedConsent, type SignedConsent } from '../../access/signed-consent.js';
import type { AgreementTerms } from '../../entities/senders/sender.repository.js';
import { ConsentRefused } from '../../protocol/consent/consent-refused.js';
import type { Criteria } from '../../protocol/query/criteria.js';
import { ItemRejected } from '../../protocol/errors.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import type { SearchItem } from '../../protocol/search/search.translate.js';
import type { Services } from '../services.js';

export interface Deciding {
  services: Services;
  definition: RegistryDefinition;
  agreements: AgreementTerms[];
  receivedAt: Date;
  /** What the audit keeps of each. */
  decisions: Record<string, unknown>[];
}

export interface Decided {
  grant: Grant;
  /** What is asked, of whom the consent lets it be asked. */
  narrow: (criteria: Criteria) => Criteria;
}

/** @throws ItemRejected */
export async function decideSearchItem(
  deciding: Deciding,
  item: Blocks,
  recordType: RecordTypeDefinition,
): Promise<Decided> {
  try {
    return await decide(deciding, item, recordType);
  } catch (error) {
    if (error instanceof ConsentRefused)
      deciding.decisions.push({ allowed: false, reason: 'MESSAGE_CONSENT_REFUSED', explanation: error.message });
    throw error;
  }
}

async function decide(
  { services, definition, agreements, receivedAt, decisions }: Deciding,
  item: Blocks,
  recordType: RecordTypeDefinition,
): Promise<Decided> {
  const { proof, blocks } = withoutProof(item);
  const now = services.clock();
  const stated = statedPurpose(blocks, now);
  const senderId = agreements[0]?.grantee.senderId ?? '';
  const { serverId, publicUrl } = services.settings;
  const verifying = { ...services, ownNames: [serverId, publicUrl] };
  const question = { senderId, registry: definition.registry, receivedAt, now };
  const consent = proof && (await verifySignedConsent(verifying, proof.jws, question));
  const purpose = consent?.claims.purpose.code ?? stated;
  const decision = decideItem(agreements, definition, { recordType, purpose });
  const summary = {
    ...summarizeDecision(decision),
    ...(consent === undefined ? {} : { messageConsent: told(consent) }),
  };
  if (!decision.allowed) {
    if (consent === undefined) decisions.push(summary);
    throw refusalOf(decision, consent);
  }
  if (consent === undefined) {
    decisions.push(summary);
    return { grant: decision, narrow: (criteria) => criteria };
  }
  if (stated !== undefined && stated !== purpose)
    throw new ConsentRefused('purpose_not_allowed', 'the message states another purpose than it');
  const grant = narrowToConsent(decision, consent);
  decisions.push(summary);
  return { grant, narrow: (criteria) => askAboutSubject(grant, consent, criteria) };
}

const refusalOf = (
  { reason, explanation }: Exclude<ItemDecision, Grant>,
  consent: SignedConsent | undefined,
): ItemRejected =>
  consent !== undefined && reason === 'PURPOSE_NOT_COVERED'
    ? new ConsentRefused('purpose_not_allowed', 'no agreement covers its purpose')
    : new ItemRejected('rjct.search_criteria.invalid', explanation);

const told = ({ controllerId, claims: { jti }, scopes }: SignedConsent) => ({ controllerId, jti, scopes });

type Blocks = Pick<SearchItem, 'consent' | 'authorize'>;

/** A block may hold a proof beside what it states; there is one proof, wherever it stands. */
function withoutProof({ consent, authorize }: Blocks): { proof?: { jws: unknown }; blocks: Blocks } {
  const proofs = [consent, authorize].flatMap((block) =>
    block !== undefined && 'consent_jws' in block ? [block['consent_jws']] : [],
  );
  const [jws, ...more] = proofs;
  if (more.some((other) => other !== jws))
    throw new ConsentRefused('malformed_object', 'consent and authorize hold two');
  const blocks = { consent: statements(consent), authorize: statements(authorize) };
  return proofs.length === 0 ? { blocks } : { proof: { jws }, blocks };
}

function statements(block: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  if (block === undefined) return undefined;
  const { consent_jws: _proof, ...rest } = block;
  return rest;
}
