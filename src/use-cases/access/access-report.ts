/** Who got or read what of a person, when, and on what ground: from the decisions and readings that were stored. */
import type { Admin } from '../../access/principal.js';
import { isIndexWhole } from '../../entities/audit/audit-rows.repository.js';
import {
  findAnswersAbout,
  findNotificationsAbout,
  indexDisclosures,
  type Told,
} from '../../entities/audit/disclosure.repository.js';
import { findConsentIds, findReadings, type StoredReading } from '../../entities/audit/reading.repository.js';
import type { RecordIdentifier } from '../../protocol/registries/records/normalize.js';
import type { LegalBasis, Registry } from '../../protocol/vocabulary.js';
import { recordAdminAction } from '../admin-change.js';
import type { Services } from '../services.js';
import { invalid } from '../errors.js';
import { readPersonIdentifier } from '../records/identifier.input.js';
import { definitionOf } from '../records/records.js';
import { recordsOfPerson } from '../records/served-records.js';
import { consentedBy, decisionsOf, usedConsents } from './message-consents.js';
import type { AccessReport, Disclosure, PersonReading } from './access.types.js';

export interface ReportQuestion {
  registry: Registry;
  identifier: RecordIdentifier;
  reason: string;
  first: number;
}

const MAX = 1000;

export async function reportAccess(services: Services, admin: Admin, question: ReportQuestion): Promise<AccessReport> {
  const { registry, reason, first } = question;
  if (reason.trim() === '') throw invalid('reason', 'say why the report is needed; it is recorded');
  if (first < 1 || first > MAX) throw invalid('first', `must be between 1 and ${MAX}`);
  const definition = definitionOf(services, registry);
  const identifier = readPersonIdentifier(definition, question.identifier, 'identifier');
  const { own, inside, complete } = await recordsOfPerson(services, definition, identifier);
  const consents = await findConsentIds(services.database, { registry, ...identifier });
  const change = {
    action: 'accessReport',
    targetType: 'Record',
    targetId: own[0] ?? 'none',
    reason,
    after: { registry, fields: ['Query.accessReport'], about: own },
  };
  await services.database.transaction((unit) => recordAdminAction(unit, admin, change, services.clock()));
  await indexDisclosures(services.database);
  const found = await Promise.all([
    findAnswersAbout(services.database, [...own, ...inside], first + 1),
    findNotificationsAbout(services.database, [...own, ...inside], first + 1),
  ]);
  const readings = await findReadings(services.database, [...own, ...inside, ...consents], first + 1);
  const rows = found.flat().sort((a, b) => (a.id < b.id ? 1 : -1));
  const isOwn = new Set([...own, ...consents]);
  return {
    disclosures: rows.slice(0, first).map((row) => readRow(row, isOwn)),
    readings: readings.slice(0, first).map((row) => tellReading(row, isOwn)),
    complete: complete && rows.length <= first && readings.length <= first && (await isIndexWhole(services.database)),
  };
}

function readRow(row: Told, own: Set<string>): Disclosure {
  const decisions = decisionsOf(row.accessDecision);
  // A message with several items has a decision for each; the first that allowed anything speaks for it.
  const [decision = {}] = decisions as StoredDecision[];
  return {
    id: row.id,
    at: new Date(row.at),
    senderId: row.senderId,
    senderName: row.senderName,
    kind: row.kind,
    inside: !row.recordIds.some((id) => own.has(id)),
    legalBasis: (decision.legalBasis ?? null) as LegalBasis | null,
    requiredConsent: decision.requiresConsent ?? null,
    consentBy: consentedBy(decisions),
    messageConsents: usedConsents(decisions),
    purpose: decision.purpose ?? null,
    agreementId: decision.agreementId ?? null,
    agreementVersion: decision.agreementVersion ?? null,
    fields: decision.fields ?? null,
  };
}

function tellReading({ about, at, ...row }: StoredReading, own: Set<string>): PersonReading {
  return { ...row, at: new Date(at), inside: !about.some((id) => own.has(id)) };
}

interface StoredDecision {
  legalBasis?: string;
  requiresConsent?: boolean;
  purpose?: string;
  agreementId?: string;
  agreementVersion?: number;
  fields?: string[];
}
