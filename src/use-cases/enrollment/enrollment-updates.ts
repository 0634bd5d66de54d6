/** Enrolments pushed by a service provider: written with the audit row, or not at all. */
import { decideGate, decideItem, forbiddenBy, summarizeDecision, type Grant } from '../../access/decide-access.js';
import type { KnownSender } from '../../access/sender-directory.js';
import type { Unit } from '../../entities/database/database.js';
import { lockNamed } from '../../entities/records/record-match.repository.js';
import type { EnrollmentUpdate, PushAnswer, PushOutcome } from '../../protocol/notify/enrollment.js';
import { RequestInvalid } from '../../protocol/errors.js';
import type { RegistryDefinition } from '../../protocol/registries/definition.js';
import { RecordInvalid } from '../../protocol/registries/records/record-invalid.js';
import { judgedAt, type Call } from '../call.js';
import type { Services } from '../services.js';
import { applyPush, namesPushed, recordOverwritten, textOf, type Push, type Pushed } from '../records/partner-push.js';
import { definitionOf } from '../records/records.js';

/** A longer transaction would delay the live tail of every reader. */
const MOST_RECORDS = 1000;

/** @throws Forbidden when no agreement covers it */
export async function updateEnrollments(
  services: Services,
  { sender, call }: { sender: KnownSender; call: Call },
  update: EnrollmentUpdate,
): Promise<PushAnswer> {
  const definition = definitionOf(services, update.registry);
  const grant = decide(definition, sender, judgedAt(services, call));
  const { beneficiaries, transactionId, referenceId } = update;
  if (beneficiaries.length > MOST_RECORDS)
    throw new RequestInvalid(`message.enrolled_updates.beneficiaries: at most ${MOST_RECORDS} in one message`);
  await call.admit({ operation: 'ENROLLMENT_UPDATES', items: beneficiaries.length });
  const answered = await services.database.transaction(async (unit) => {
    const items: PushOutcome[] = [];
    const written: Pushed[] = [];
    const now = services.clock();
    await lockNamed(
      unit,
      beneficiaries.flatMap((data) => namesPushed(definition, grant.recordType, data, now)),
    );
    for (const data of beneficiaries)
      items.push(await pushOne(services, unit, grant, { data, ...ENROLMENT }, referenceId, written));
    const recordIds = written.map(({ id }) => id);
    const status = items.length === 0 || recordIds.length > 0 ? 'SUCCEEDED' : 'REJECTED';
    const answer: PushAnswer = { transactionId, correlationId: call.correlationId, status, items };
    await call.settle(
      {
        operation: 'ENROLLMENT_UPDATES',
        registry: definition.registry,
        transactionId,
        status,
        statusReasonMessage: items.find(({ reason }) => reason !== undefined)?.reason,
        accessDecision: summarizeDecision(grant),
        recordIds,
        referenceIds: [referenceId],
        itemCount: items.length,
        itemsDone: items.length,
        recordCount: recordIds.length,
        result: answer,
      },
      unit,
    );
    await recordOverwritten(services, unit, sender, call, written);
    return answer;
  });
  services.wake('fan-out');
  return answered;
}

function decide(definition: RegistryDefinition, sender: KnownSender, now: Date): Grant {
  const gate = decideGate({ sender, definition, operation: 'ENROLLMENT_UPDATES', now });
  if (!gate.allowed) throw forbiddenBy(gate);
  const [recordType] = definition.recordTypes;
  if (recordType === undefined) throw new Error(`${definition.registry} has no record types`);
  const grant = decideItem(gate.agreements, definition, { recordType });
  if (!grant.allowed) throw forbiddenBy(grant);
  return grant;
}

async function pushOne(
  services: Services,
  unit: Unit,
  grant: Grant,
  push: Push,
  referenceId: string,
  written: Pushed[],
): Promise<PushOutcome> {
  const head = { referenceId, timestamp: services.clock().toISOString() };
  try {
    written.push(await applyPush(services, unit, grant, push));
    return { ...head, status: 'SUCCEEDED' };
  } catch (error) {
    if (!(error instanceof RecordInvalid)) throw error;
    return { ...head, status: 'REJECTED', reason: `beneficiary: ${textOf(error)}` };
  }
}

/** One record per person and programme; its first push enrols, a change of status is an event of its own. */
const ENROLMENT: Omit<Push, 'data'> = {
  eventType: (before, after) => {
    if (before === undefined) return 'enrollement';
    return before['enrollment_status'] === after['enrollment_status'] ? undefined : 'enrollement_status_change';
  },
};
