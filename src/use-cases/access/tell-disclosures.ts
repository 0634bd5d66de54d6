/** Stored answers and notifications as the access report tells them, from the decision that each of them keeps. */
import type { Told } from '../../entities/audit/disclosure.repository.js';
import type { LegalBasis } from '../../protocol/vocabulary.js';
import type { Services } from '../services.js';
import type { Disclosure } from './access.types.js';
import { onlyAnswers, openAnswers, questionsOf, type Asked } from './answered-questions.js';
import { consentedBy, decisionsOf, usedConsents } from './message-consents.js';
import type { FoundPerson } from './person-found.js';
import { toldInside } from './told-inside.js';

interface StoredDecision extends Asked {
  legalBasis?: string;
  requiresConsent?: boolean;
  purpose?: string;
  agreementId?: string;
  agreementVersion?: number;
  fields?: string[];
}

/** Without those about others’ records that told nothing of this person. */
export async function tellDisclosures(
  services: Services,
  rows: Told[],
  { own, consents }: FoundPerson,
): Promise<Disclosure[]> {
  const answers = await openAnswers(
    services,
    rows.map(({ id }) => id),
  );
  const [isOwn, theirs] = [new Set([...own, ...consents]), new Set(consents)];
  return rows.flatMap((row) => {
    const definition = services.registries.byName(row.registry ?? '');
    const decisions = decisionsOf(row.accessDecision) as StoredDecision[];
    const letOut = decisions.filter((decision) => !onlyAnswers(row.kind, decision));
    const isAnswered = decisions.length > 0 && letOut.length === 0;
    // A message with several items has a decision for each; the first that let anything out speaks for it.
    const [decision = {}] = isAnswered ? decisions : letOut;
    const { fields = null, requiresConsent = null } = decision;
    const inside = !row.recordIds.some((id) => isOwn.has(id));
    const told = { fields, requiredConsent: requiresConsent === true, consentIds: row.consentIds };
    if (inside && definition !== undefined && !toldInside(definition, told, theirs)) return [];
    const questions = decisions.flatMap((one) => questionsOf(definition, one, answers.get(row.id)));
    return {
      id: row.id,
      at: new Date(row.at),
      registry: row.registry,
      senderId: row.senderId,
      senderName: row.senderName,
      kind: row.kind,
      inside,
      legalBasis: (decision.legalBasis ?? null) as LegalBasis | null,
      requiredConsent: requiresConsent,
      consentBy: consentedBy(decisions),
      messageConsents: usedConsents(decisions),
      purpose: decision.purpose ?? null,
      agreementId: decision.agreementId ?? null,
      agreementVersion: decision.agreementVersion ?? null,
      fields: isAnswered ? null : fields,
      questions: isAnswered ? questions : null,
    };
  });
}
