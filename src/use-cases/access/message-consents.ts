/** Consents that messages brought, as decisions keep them: apart from those that the registry records of a person. */
import { signersFor } from '../../access/consent-signer.js';
import { stands } from '../../entities/agreements/shown-consent.repository.js';
import { ConsentController } from '../../entities/agreements/consent-controller.entity.js';
import { findAnswersAbout, indexDisclosures, type Told } from '../../entities/audit/disclosure.repository.js';
import type { Services } from '../services.js';
import type { ConsentBy, UsedConsent } from './access.types.js';

interface Decision {
  allowed?: boolean;
  /** How many records it let out, which stand in the order of the decisions. */
  released?: number;
  requiresConsent?: boolean;
  messageConsent?: { controllerId?: string; jti: string; scopes: string[]; until: string };
}

/**
 * Of a message with several items, those that let out any of these records; each, where it is not known which did (uploads,
 * earlier versions).
 */
export function decisionsAbout(
  { accessDecision: stored, recordIds }: Pick<Told, 'accessDecision' | 'recordIds'>,
  about: Set<string>,
): Decision[] {
  if (typeof stored !== 'object' || stored === null) return [];
  const items = 'items' in stored && Array.isArray(stored.items) ? stored.items : [stored];
  const decisions = (items as Decision[]).filter(({ allowed }) => allowed);
  const released = decisions.map((decision) => decision.released ?? NaN);
  if (released.reduce((all, count) => all + count, 0) !== recordIds.length) return decisions;
  let from = 0;
  return decisions.filter((_, index) => {
    const until = from + (released[index] ?? 0);
    const theirs = recordIds.slice(from, until);
    from = until;
    return theirs.some((id) => about.has(id));
  });
}

/** On what a release rests, where the agreement asked for consent or a consent came along. */
export function consentedBy(decisions: Decision[]): ConsentBy[] {
  const by = decisions.flatMap(({ messageConsent, requiresConsent }): ConsentBy[] =>
    messageConsent !== undefined ? ['MESSAGE'] : requiresConsent === true ? ['RECORD'] : [],
  );
  return [...new Set(by)];
}

export const usedConsents = (decisions: Decision[]): UsedConsent[] =>
  decisions.flatMap(({ messageConsent }) => {
    if (messageConsent === undefined) return [];
    const { controllerId = null, jti, scopes, until } = messageConsent;
    return [{ controllerId, jti, scopes, until: new Date(until) }];
  });

const MOST = 100;

/** Those that this sender showed about a record and may show again. */
export async function standingConsents(
  { database, clock }: Services,
  senderId: string,
  recordId: string,
): Promise<UsedConsent[]> {
  await indexDisclosures(database);
  const now = clock();
  const answers = await findAnswersAbout(database, [recordId], MOST);
  const shown = answers
    .filter((answer) => answer.senderId === senderId)
    .flatMap((answer) => usedConsents(decisionsAbout(answer, new Set([recordId]))));
  const known = [...new Map(shown.map((one) => [`${one.controllerId} ${one.jti}`, one])).values()];
  const standing: UsedConsent[] = [];
  for (const consent of known) {
    const { controllerId, jti, until } = consent;
    if (until >= now && (controllerId === null || (await stands(database, { controllerId, jti }))))
      standing.push(consent);
  }
  return standing;
}

/** Who may sign consents for this sender. */
export async function controllersFor(
  services: Services,
  { senderId, registry }: { senderId: string; registry: string },
): Promise<ConsentController[]> {
  const signers = await signersFor(services, { senderId, registry, now: services.clock() }, undefined);
  const ids = signers.map(({ id }) => id);
  return services.database.em().find(ConsentController, { id: { $in: ids } }, { orderBy: { id: 'asc' } });
}
