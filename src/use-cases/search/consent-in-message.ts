/** The consent that an item brings along: verified, and permitted by the consent manager where one is asked, or the item is refused. */
import { assertSameSubject, askAboutSubject, narrowToConsent, subjectOf } from '../../access/consent-grant.js';
import { askConsentManager, type ConsentManager, type ManagerPermit } from '../../access/consent-manager.js';
import { decideItem, summarizeDecision, type Grant, type ItemDecision } from '../../access/decide-access.js';
import type { MessageConsent } from '../../access/message-consent.types.js';
import { statedPurposes, type StatedPurposes } from '../../access/purpose.js';
import { verifySignedConsent } from '../../access/signed-consent.js';
import { isStillTheirs, isStillTheirsLive } from '../../entities/agreements/shown-consent.repository.js';
import type { AgreementTerms } from '../../entities/senders/sender.repository.js';
import { ConsentRefused } from '../../protocol/consent/consent-refused.js';
import type { Criteria } from '../../protocol/query/criteria.js';
import { ItemRejected } from '../../protocol/errors.js';
import type { RecordTypeDefinition, RegistryDefinition } from '../../protocol/registries/definition.js';
import type { SearchItem } from '../../protocol/search/search.translate.js';
import { liveHolders } from '../records/served-records.js';
import type { Services } from '../services.js';
import { storedConsent, withoutProof, type Proof } from './consent-proof.js';

export interface Deciding {
  services: Services;
  definition: RegistryDefinition;
  agreements: AgreementTerms[];
  receivedAt: Date;
  /** Whether a question without a consent is refused as that, and not for what a consent would have said. */
  missesConsent?: boolean | undefined;
  /** What the audit keeps of each. */
  decisions: Record<string, unknown>[];
}

export interface Decided {
  grant: Grant;
  /** What is asked, of whom the consent lets it be asked. */
  narrow: (criteria: Criteria) => Criteria;
  /** Whether the item brought a consent. */
  proven: boolean;
  /** What the audit keeps of it. */
  kept: Record<string, unknown>;
}

type Blocks = Pick<SearchItem, 'consent' | 'authorize'>;

/** @throws ItemRejected */
export async function decideSearchItem(
  deciding: Deciding,
  item: Blocks,
  recordType: RecordTypeDefinition,
): Promise<Decided> {
  try {
    return await decide(deciding, item, recordType);
  } catch (error) {
    if (error instanceof ConsentRefused) deciding.decisions.push(refusedDecision(error));
    throw error;
  }
}

const refusedDecision = ({ message, answer }: ConsentRefused): Record<string, unknown> => ({
  allowed: false,
  reason: 'MESSAGE_CONSENT_REFUSED',
  explanation: message,
  ...(answer === undefined ? {} : { consentManager: answer }),
});

async function decide(deciding: Deciding, item: Blocks, recordType: RecordTypeDefinition): Promise<Decided> {
  const { services, definition, agreements, decisions } = deciding;
  const senderId = agreements[0]?.grantee.senderId ?? '';
  const { proof, blocks } = await withoutProof(services.directory, item, senderId);
  const stated = statedPurposes(blocks, services.clock());
  if (proof !== undefined) return decideProven(deciding, { proof, stated, senderId }, recordType);
  const decision = decideItem(agreements, definition, { recordType, ...stated });
  if (!decision.allowed && decision.reason === 'PURPOSE_NOT_COVERED' && lacksConsent(deciding, stated))
    throw missingConsent();
  const kept = summarizeDecision(decision);
  decisions.push(kept);
  if (!decision.allowed) throw rejectionOf(decision);
  return { grant: decision, narrow: (criteria) => criteria, proven: false, kept };
}

/** The purpose that no agreement covers would have come with the consent that every agreement asks for. */
const lacksConsent = ({ missesConsent, agreements }: Deciding, { purpose }: StatedPurposes): boolean =>
  missesConsent === true && purpose === undefined && agreements.every(({ requiresConsent }) => requiresConsent);

export const missingConsent = (): ConsentRefused =>
  new ConsentRefused('missing_consent', 'the agreement asks for a consent of each person');

interface Proven {
  proof: Proof;
  stated: StatedPurposes;
  senderId: string;
}

async function decideProven(deciding: Deciding, proven: Proven, recordType: RecordTypeDefinition): Promise<Decided> {
  const { definition, agreements, decisions } = deciding;
  const { consent, permit } = await consentOf(deciding, proven, recordType);
  const { purpose } = consent;
  const decision = decideItem(agreements, definition, { recordType, purpose });
  if (!decision.allowed) throw rejectionOf(decision, consent);
  const { purpose: stated = purpose, beside = purpose } = proven.stated;
  if (stated !== purpose || beside !== purpose)
    throw new ConsentRefused('purpose_not_allowed', 'the message states another purpose than it');
  const narrowed = narrowToConsent(decision, consent);
  const permitted = permit ?? (await permitFor(deciding, proven, consent));
  if (permitted?.subject !== undefined) assertSameSubject(decision, consent.subject, permitted.subject);
  const grant =
    permitted === undefined ? narrowed : narrowToConsent(narrowed, { ...consent, scopes: permitted.scopes });
  const isTheirs = await isOfNumbersHolder(deciding, grant, consent);
  const messageConsent = { ...told(consent, permitted), ...(isTheirs ? {} : { numberPassed: true }) };
  const kept = { ...summarizeDecision(decision), messageConsent };
  decisions.push(kept);
  const narrow = (criteria: Criteria): Criteria => {
    const asked = askAboutSubject(grant, consent, criteria);
    return isTheirs ? asked : { and: [asked, NOBODY] };
  };
  return { grant, narrow, proven: true, kept };
}

/** As where nobody has the number: that somebody else has it is not the sender's to know. */
const NOBODY: Criteria = { or: [] };

/** What the manager alone vouches for is of whom it says now. */
async function isOfNumbersHolder(
  { services, definition }: Deciding,
  grant: Grant,
  { controllerId, jti, subject }: MessageConsent,
): Promise<boolean> {
  if (controllerId === undefined) return true;
  const { database } = services;
  const [number, holder] = [{ controllerId, jti }, subjectOf(grant, subject)];
  const [there] = await liveHolders(services, definition, holder, [grant.recordType]);
  return there === undefined
    ? isStillTheirs(database, number, definition.registry, holder)
    : isStillTheirsLive(database, number, definition.registry, there);
}

/** Checked here, or kept by the manager, which is then the one that knows it. */
async function consentOf(
  { services, definition, agreements, receivedAt }: Deciding,
  { proof, stated, senderId }: Proven,
  recordType: RecordTypeDefinition,
): Promise<{ consent: MessageConsent; permit?: ManagerPermit }> {
  const now = services.clock();
  if ('jws' in proof) {
    const { serverId, publicUrl, consentManagerUrl: managerUrl } = services.settings;
    const verifying = { ...services, ownNames: [serverId, publicUrl], managerUrl };
    const question = { senderId, registry: definition.registry, receivedAt, now };
    return { consent: await verifySignedConsent(verifying, proof.jws, question) };
  }
  const decision = decideItem(agreements, definition, { recordType, ...stated });
  if (!decision.allowed) throw rejectionOf(decision);
  const asked = { senderId, now, purpose: stated.purpose ?? '', scopes: decision.agreement.fields };
  return storedConsent(managerOf(services), proof, asked);
}

/** Undefined where no manager is asked. @throws ConsentRefused */
async function permitFor(
  { services }: Deciding,
  { proof, senderId }: Proven,
  { scopes, subject }: MessageConsent,
): Promise<ManagerPermit | undefined> {
  const manager = managerOf(services);
  return manager && askConsentManager(manager, { senderId, proof, scopes, subject, now: services.clock() });
}

function managerOf({ outbound, settings: { serverId, consentManagerUrl: url } }: Services): ConsentManager | undefined {
  return url === undefined ? undefined : { url, controller: serverId, outbound };
}

const rejectionOf = ({ reason, explanation }: Exclude<ItemDecision, Grant>, consent?: MessageConsent): ItemRejected =>
  consent !== undefined && reason === 'PURPOSE_NOT_COVERED'
    ? new ConsentRefused('purpose_not_allowed', 'no agreement covers its purpose')
    : new ItemRejected('rjct.search_criteria.invalid', explanation);

/** Nothing of the person, whom the record's id names. */
const told = ({ controllerId, jti, scopes, until, statusUrl }: MessageConsent, permit: ManagerPermit | undefined) => ({
  controllerId,
  jti,
  scopes,
  until: (permit?.until !== undefined && permit.until < until ? permit.until : until).toISOString(),
  statusUrls: [statusUrl, permit?.statusUrl].filter((url) => url !== undefined),
  ...(permit === undefined ? {} : { manager: permit.answer }),
});
