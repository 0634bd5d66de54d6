/** Is this person disabled, enrolled? Answered from one attribute, which the agreement must cover; no record leaves. */
import {
  decideGate,
  decideItem,
  forbiddenBy,
  notCoveredBy,
  summarizeDecision,
  type Grant,
} from '../../access/decide-access.js';
import { statedPurposes } from '../../access/purpose.js';
import { findReleased } from '../../access/release.js';
import type { KnownSender } from '../../access/sender-directory.js';
import type { AgreementTerms } from '../../entities/senders/sender.repository.js';
import type { Criteria } from '../../protocol/query/criteria.js';
import { ItemRejected } from '../../protocol/errors.js';
import { comparisonsIn, identifiersIn } from '../../protocol/query/criteria-walk.js';
import { readQuery } from '../../protocol/query/read-query.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { covers } from '../../protocol/registries/records/fields.js';
import type { StatusAnswer, StatusQuestion } from '../../protocol/search/status-check.translate.js';
import { judgedAt, type PartnerCall } from '../call.js';
import type { Services } from '../services.js';
import { findAttribute } from '../../protocol/registries/attributes.js';
import { definitionOf } from '../records/records.js';
import { limitGuessesAbout } from '../verify/guesses.js';
import { assertSearchable } from './search.js';

/** What each question compares: a record whose attribute has this code makes it a yes (protocol 3.8). */
const STATUS_CHECKS = {
  /** DisabilityStatusEnum: approved. */
  DISABLED: { attribute: 'disability_status', value: '0' },
  /** EnrollmentStatusEnum: active. */
  ENROLLED: { attribute: 'enrollment_status', value: '1' },
} as const;
type StatusCheck = keyof typeof STATUS_CHECKS;

/** Of one person: enrolments in several programmes, or several identifiers. */
const MOST_RECORDS = 100;

/** @throws Forbidden when no agreement covers the operation or the attribute */
export async function checkStatus(
  services: Services,
  { sender, call, deadline }: PartnerCall,
  question: StatusQuestion,
  operation: StatusCheck,
): Promise<StatusAnswer> {
  const definition = definitionOf(services, question.registry);
  const gate = decideGate({ sender, definition, operation, now: judgedAt(services, call) });
  if (!gate.allowed) throw forbiddenBy(gate);
  await call.admit({ operation, items: 1 });
  const found = await judge(
    services,
    { sender, agreements: gate.agreements, definition, deadline },
    question,
    operation,
  );
  const { transactionId, item } = question;
  const answer: StatusAnswer = {
    transactionId,
    correlationId: call.correlationId,
    referenceId: item.referenceId,
    timestamp: services.clock().toISOString(),
    ...found.outcome,
  };
  await call.settle({
    operation,
    registry: definition.registry,
    transactionId,
    status: answer.status,
    statusReasonCode: answer.reasonCode,
    statusReasonMessage: answer.reasonMessage,
    accessDecision: { items: found.decisions },
    recordIds: found.recordIds,
    consentIds: found.consentIds,
    referenceIds: [item.referenceId],
    itemCount: 1,
    itemsDone: 1,
    recordCount: 0,
    result: answer,
  });
  return answer;
}

interface Judging {
  sender: KnownSender;
  agreements: AgreementTerms[];
  definition: RegistryDefinition;
  deadline: AbortSignal | undefined;
}

interface Judged {
  outcome: Pick<StatusAnswer, 'status' | 'reasonCode' | 'reasonMessage' | 'holds'>;
  decisions: Record<string, unknown>[];
  recordIds: string[];
  consentIds: string[];
}

async function judge(
  services: Services,
  { sender, agreements, definition, deadline }: Judging,
  { item }: StatusQuestion,
  operation: StatusCheck,
): Promise<Judged> {
  const judged: Judged = {
    outcome: { status: 'SUCCEEDED', holds: false },
    decisions: [],
    recordIds: [],
    consentIds: [],
  };
  try {
    const { attribute, value } = STATUS_CHECKS[operation];
    const grant = decide(services, agreements, definition, { item, attribute }, judged);
    if (!covers(grant.clamp, attribute))
      throw notCoveredBy(grant, attribute, `the agreement does not cover ${attribute}`);
    const criteria = readWhom(item, grant, services.clock());
    assertSearchable(grant, criteria);
    await limitOtherClaims(services, sender, grant, criteria);
    const page = { size: MOST_RECORDS, number: 1 };
    const found = await findReleased(services.source, services.database, grant, { criteria, page, signal: deadline });
    const decided = judged.decisions.at(-1);
    if (decided !== undefined && found.answered !== undefined) decided['source'] = found.answered;
    if (found.totalCount > MOST_RECORDS)
      throw new ItemRejected('rjct.search.too_many_records_found', 'query: name one person; too many match');
    judged.recordIds.push(...found.records.map(({ id }) => id));
    judged.consentIds.push(...found.records.flatMap(({ consentIds }) => consentIds));
    judged.outcome.holds = found.records.some(({ data }) => data[attribute] === value);
  } catch (error) {
    if (!(error instanceof ItemRejected)) throw error;
    judged.outcome = { status: 'REJECTED', reasonCode: error.code, reasonMessage: error.message, holds: false };
  }
  return judged;
}

/** An attribute beside an identifier is a claim about somebody named, which a yes would confirm. */
async function limitOtherClaims(
  services: Services,
  sender: KnownSender,
  grant: Grant,
  criteria: Criteria,
): Promise<void> {
  const named = identifiersIn(criteria);
  const claims = comparisonsIn(criteria);
  if (named.length > 0 && claims > 0) await limitGuessesAbout(services, { sender, grant }, named, claims);
}

function decide(
  { clock }: Services,
  agreements: AgreementTerms[],
  definition: RegistryDefinition,
  { item, attribute }: { item: StatusQuestion['item']; attribute: string },
  judged: Judged,
): Grant {
  const recordType = definition.recordTypes.find((one) => findAttribute(definition, one, attribute) !== undefined);
  if (recordType === undefined) throw new Error(`${definition.registry} has no record type with ${attribute}`);
  const decision = decideItem(agreements, definition, { recordType, ...statedPurposes(item, clock()) });
  judged.decisions.push({ ...summarizeDecision(decision), ...(decision.allowed && { asked: [attribute] }) });
  if (!decision.allowed) throw forbiddenBy(decision);
  return decision;
}

/** The record type is the registry's own: a `response_entity` says whom the caller counts, not which records answer. */
function readWhom(item: StatusQuestion['item'], { definition, recordType }: Grant, now: Date): Criteria {
  const asked = { ...item, recordType: recordType.name, responseEntity: undefined };
  const read = readQuery(asked, definition, { today: now.toISOString().slice(0, 10) });
  if (read.recordType === recordType) return read.criteria;
  throw new ItemRejected('rjct.search_criteria.invalid', `query: ask about records of the type ${recordType.name}`);
}
