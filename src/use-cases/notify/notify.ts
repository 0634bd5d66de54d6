/** Events that partners tell us of: stored in any case, applied where the sender's agreement with that registry allows it. */
import { decideGate, summarizeDecision } from '../../access/decide-access.js';
import type { KnownSender } from '../../access/sender-directory.js';
import type { PushAnswer, PushOutcome } from '../../protocol/notify/enrollment.js';
import { RequestInvalid } from '../../protocol/errors.js';
import type { ReceivedNotification } from '../../protocol/notify/received.translate.js';
import type { Unit } from '../../entities/database/database.js';
import { recordAdminAction } from '../admin-change.js';
import { judgedAt, type Call } from '../call.js';
import type { Services } from '../services.js';
import { recordOverwritten } from '../records/partner-push.js';
import { definitionOf } from '../records/records.js';
import { ToldEvents, type Unmarked } from './told-events.js';

/** A longer transaction would delay the live tail of every reader. */
const MOST_EVENTS = 1000;

export async function receiveNotification(
  services: Services,
  { sender, call }: { sender: KnownSender; call: Call },
  notification: ReceivedNotification,
): Promise<PushAnswer> {
  const definition = definitionOf(services, notification.registry);
  const { transactionId, events } = notification;
  if (events.length > MOST_EVENTS)
    throw new RequestInvalid(`message.notify_event: at most ${MOST_EVENTS} records in one message`);
  const gate = decideGate({ sender, definition, operation: 'NOTIFY', now: judgedAt(services, call) });
  await call.admit({ operation: 'NOTIFY', items: events.length });
  const { answered, unmarked } = await services.database.transaction(async (unit) => {
    const told = new ToldEvents(services, unit, definition, gate, { senderId: sender.senderId, transactionId });
    const items: PushOutcome[] = [];
    await told.lock(events);
    for (const event of events) items.push(await told.take(event));
    const refused = items.filter(({ status }) => status === 'REJECTED').length;
    const status = refused > 0 && refused === items.length ? 'REJECTED' : 'SUCCEEDED';
    const answer: PushAnswer = { transactionId, correlationId: call.correlationId, status, items };
    await call.settle(
      {
        operation: 'NOTIFY',
        registry: definition.registry,
        transactionId,
        status,
        statusReasonMessage: reasonOf(items, refused),
        accessDecision: summarizeDecision(gate),
        recordIds: told.recordIds,
        referenceIds: items.map(({ referenceId }) => referenceId),
        itemCount: items.length,
        itemsDone: items.length,
        // Not how many were found: that would tell its sender whom another registry holds.
        recordCount: items.length - refused,
        result: answer,
      },
      unit,
    );
    await recordOverwritten(services, unit, sender, call, told.written);
    await recordUnmarked(services, unit, sender, call, told.unmarked);
    return { answered: answer, unmarked: told.unmarked };
  });
  services.wake('fan-out');
  tellUnapplied(services, sender, answered, unmarked);
  return answered;
}

/** Its sender may look at no more than the `ACK`: somebody who runs the registry should hear of it too. */
function tellUnapplied(
  { log }: Services,
  { senderId: sender }: KnownSender,
  { correlationId, items }: PushAnswer,
  { length: notMarked }: Unmarked[],
): void {
  const notApplied = items.filter(({ reason }) => reason !== undefined).length;
  if (notApplied + notMarked > 0)
    log.warn(
      { sender, correlationId, notApplied, notMarked, events: items.length },
      'events of a notification were not applied, or a death not marked',
    );
}

/** Which deaths were not marked elsewhere, and why: for whoever runs the registry to mark them by hand. */
async function recordUnmarked(
  { clock }: Services,
  unit: Unit,
  { senderId }: KnownSender,
  { correlationId }: Call,
  events: Unmarked[],
): Promise<void> {
  if (events.length === 0) return;
  const change = {
    action: 'leaveDeathUnmarked',
    targetType: 'Transaction',
    targetId: correlationId,
    after: { events },
  };
  await recordAdminAction(unit, { subject: senderId, role: 'SENDER' }, change, clock());
}

/** For whoever looks at the transaction: the first reason, and of how many. */
function reasonOf(items: PushOutcome[], refused: number): string | undefined {
  const first = items.find(({ reason }) => reason !== undefined)?.reason;
  return first === undefined || items.length === 1 ? first : `${refused} of ${items.length} events ${first}`;
}
