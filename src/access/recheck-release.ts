/**
 * An answer that was made earlier is judged again before it leaves: it may only while all that it rests on still stands.
 * That its subject's record changed since does not matter, a right that ended does.
 */
import { expandFields, includes } from '../protocol/registries/records/fields.js';
import type { RegistryDefinition } from '../protocol/registries/definition.js';
import type { Operation } from '../protocol/vocabulary.js';
import { areInForce } from '../sources/given-consents.js';
import type { KeyServices } from './consent-keys.js';
import { decideGate, decideItem, type AccessQuestion } from './decide-access.js';
import { whyMessageConsentFails, type ToldConsent } from './recheck-consent.js';
import { WITHHELD } from './withheld.js';

/** As a transaction or callback keeps it. */
export interface EarlierRelease {
  operation: Operation | null;
  accessDecision?: unknown;
  /** Consents that it rests on; null = not known. */
  consentIds: string[] | null;
}

/** `definition` undefined: the registry is not served any more. */
type Asking = Pick<AccessQuestion, 'sender' | 'now'> & { definition: RegistryDefinition | undefined };

/** Of a summarized decision, what judging it again needs. */
interface Granted {
  operation: Operation;
  agreementId: string;
  agreementVersion: number;
  requiresConsent: boolean;
  recordType: string;
  purpose?: string;
  beside?: string;
  fields: string[];
  messageConsent?: ToldConsent;
}

/** Their answers tell no record. */
const WITHOUT_RECORDS: ReadonlySet<Operation | null> = new Set<Operation>([
  'SUBSCRIBE',
  'UNSUBSCRIBE',
  'NOTIFY',
  'RECEIPT',
  'ENROLLMENT_UPDATES',
]);

/** Why it may not leave now, in words for whoever looks after it; undefined where it may. */
export async function whyWithheld(
  services: KeyServices,
  asking: Asking,
  release: EarlierRelease,
): Promise<string | undefined> {
  const granted = grantedIn(release);
  for (const decision of granted) {
    const why = whyNarrowed(asking, decision);
    if (why !== undefined) return why;
    const { messageConsent } = decision;
    const ended = messageConsent && (await whyMessageConsentFails(services, messageConsent, asking.now));
    if (ended !== undefined) return ended;
  }
  if (!granted.some(({ requiresConsent }) => requiresConsent)) return undefined;
  const { consentIds } = release;
  const stands = consentIds !== null && (await areInForce(services.database, consentIds, asking.sender));
  return stands ? undefined : WITHHELD.CONSENT_ENDED;
}

/** The decisions that let something out, each with its operation; a message with several items has one for each. */
export function grantedIn({ operation, accessDecision }: EarlierRelease): Granted[] {
  if (WITHOUT_RECORDS.has(operation)) return [];
  const { items } = (accessDecision ?? {}) as { items?: unknown };
  const decisions = (Array.isArray(items) ? items : [accessDecision]) as (Partial<Granted> | null | undefined)[];
  return decisions
    .filter((decision): decision is Granted => decision?.agreementId !== undefined)
    .map((decision) => ({ ...decision, operation: decision.operation ?? operation }));
}

/** Another version, or another agreement, will do where it lets out no less. */
function whyNarrowed({ sender, definition, now }: Asking, decision: Granted): string | undefined {
  if (definition === undefined) return WITHHELD.REGISTRY_GONE;
  const { operation, purpose, beside, fields } = decision;
  const gate = decideGate({ sender, definition, operation, now });
  if (!gate.allowed) return gate.explanation;
  const recordType = definition.recordTypes.find(({ name }) => name === decision.recordType);
  if (recordType === undefined) return WITHHELD.RECORD_TYPE_GONE;
  const grant = decideItem(gate.agreements, definition, { recordType, purpose, beside });
  if (!grant.allowed) return grant.explanation;
  const { agreement, clamp, rowFilter } = grant;
  if (agreement.requiresConsent && !decision.requiresConsent) return WITHHELD.CONSENT_NEEDED_NOW;
  if (agreement.id === decision.agreementId && agreement.version === decision.agreementVersion) return undefined;
  if (!includes(clamp, expandFields(definition, recordType.name, fields))) return WITHHELD.FEWER_FIELDS;
  return rowFilter === undefined ? undefined : WITHHELD.CERTAIN_ROWS;
}
