/** Stored answers and notifications as the access report tells them, from the decision that each of them keeps. */
import type { Told } from '../../entities/audit/disclosure.repository.js';
import { timeOf } from '../../platform/uuid.js';
import type { LegalBasis } from '../../protocol/vocabulary.js';
import type { InsideRecord } from '../../sources/person-records.js';
import type { Services } from '../services.js';
import type { Disclosure } from './access.types.js';
import { onlyAnswers, openAnswers, questionsOf, type Asked } from './answered-questions.js';
import { consentedBy, decisionsAbout, usedConsents } from './message-consents.js';
import type { FoundPerson } from './person-found.js';
import { toldInside } from './told-inside.js';
import { uploadedAnswers, type UploadedAnswers } from './uploaded-answers.js';

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
  { own, inside: around, consents, formerConsents }: FoundPerson,
): Promise<Disclosure[]> {
  const answers = await openAnswers(
    services,
    rows.map(({ id }) => id),
  );
  const [isOwn, theirs] = [new Set([...own, ...consents]), new Set([...consents, ...formerConsents])];
  const aboutIn = (row: Told): Set<string> =>
    row.recordIds.some((id) => isOwn.has(id))
      ? isOwn
      : new Set(around.filter((record) => heldThen(record, row)).map(({ id }) => id));
  const uploads = new Map<string, UploadedAnswers>();
  for (const row of rows)
    if (row.kind === 'BULK_VERIFY') uploads.set(row.id, await uploadedAnswers(services, row, aboutIn(row)));
  return rows.flatMap((row) => {
    const definition = services.registries.byName(row.registry ?? '');
    const about = aboutIn(row);
    const inside = about !== isOwn;
    if (!row.recordIds.some((id) => about.has(id))) return [];
    const decisions = decisionsAbout(row, about) as StoredDecision[];
    const letOut = decisions.filter((decision) => !onlyAnswers(row.kind, decision));
    const isAnswered = decisions.length > 0 && letOut.length === 0;
    const told = (isAnswered ? decisions : letOut).filter(
      ({ fields = null, requiresConsent }) =>
        !inside ||
        definition === undefined ||
        toldInside(
          definition,
          { fields, requiredConsent: requiresConsent === true, consentIds: row.consentIds },
          theirs,
        ),
    );
    if (told.length === 0 && decisions.length > 0) return [];
    // Where several let them out, the first speaks for all; what they let out is told together.
    const [decision = {}] = told;
    const fields = told.some((one) => one.fields === undefined) ? undefined : told.flatMap((one) => one.fields ?? []);
    const uploaded = uploads.get(row.id);
    const questions = decisions.flatMap((one) =>
      uploaded === undefined
        ? questionsOf(definition, one, answers.get(row.id))
        : [
            ...uploaded.kept.flatMap((answer) => questionsOf(definition, { ...one, asked: undefined }, answer)),
            ...questionsOf(definition, { ...one, asked: uploaded.lost ?? one.asked }, undefined),
          ],
    );
    return {
      id: row.id,
      at: new Date(row.at),
      registry: row.registry,
      senderId: row.senderId,
      senderName: row.senderName,
      kind: row.kind,
      inside,
      legalBasis: (decision.legalBasis ?? null) as LegalBasis | null,
      requiredConsent: decision.requiresConsent ?? null,
      consentBy: consentedBy(decisions),
      messageConsents: usedConsents(decisions),
      purpose: decision.purpose ?? null,
      agreementId: decision.agreementId ?? null,
      agreementVersion: decision.agreementVersion ?? null,
      fields: isAnswered || told.length === 0 || fields === undefined ? null : [...new Set(fields)],
      questions: isAnswered ? questions : null,
    };
  });
}

/** Whether a record of others may have held them when it was told; what is read again was made earlier. */
const heldThen = ({ until }: InsideRecord, { madeBy, kind }: Told): boolean =>
  until === undefined || kind === 'TXN_STATUS' || timeOf(madeBy) < until;
