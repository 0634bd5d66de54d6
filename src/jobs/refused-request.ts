/** A request that was accepted and may not be answered any more still gets its callback, which says why. */
import { isUniqueViolation } from '../entities/database/database.js';
import type { AcceptedRequest } from '../entities/transactions/accepted-request.repository.js';
import type { ExecutionServices } from '../graphql/context.js';
import { protocolErrorOf } from '../use-cases/errors.js';
import { Forbidden, ItemRejected } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { refusalEnvelope, type MessageKind } from '../messages/message-kind.js';
import type { OpenedRequest } from './opened-request.js';
import { QueuedCall } from './queued-call.js';

export interface Refusal {
  code: string;
  message: string;
  /** The access decision behind it. */
  decision?: Record<string, unknown> | undefined;
}

/** Why the request is refused; undefined for a fault of ours, which is tried again. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof ItemRejected) return { code: error.code, message: error.message };
  // Who was faster is done when it is tried again.
  const refusal = isUniqueViolation(error) ? undefined : protocolErrorOf(error);
  if (refusal === undefined || refusal.status >= 500) return undefined;
  const { code, message } = refusal;
  return { code, message, decision: refusal instanceof Forbidden ? refusal.decision : undefined };
}

/** Over some two hours; then a fault of ours ends the request too, and its sender is told. */
const MAX_ATTEMPTS = 30;
export const isGivenUp = ({ attempts }: AcceptedRequest): boolean => attempts > MAX_ATTEMPTS;

export const GIVEN_UP: Refusal = {
  code: 'err.service.unavailable',
  message: 'the request could not be worked on; send it again with a new message_id',
};

export async function refuseRequest(
  services: ExecutionServices,
  opened: OpenedRequest,
  refusal: Refusal,
): Promise<void> {
  const { message, context } = opened;
  const referenceIds = message.success ? message.data.referenceIds : undefined;
  await refuse(services, { ...opened, header: context.header, referenceIds }, refusal);
}

/** What is known of a request whose message cannot be opened. */
export interface UnopenedRequest extends Pick<OpenedRequest, 'request' | 'worker'> {
  header: Parameters<typeof refusalEnvelope>[3];
  kind: MessageKind | undefined;
  target: string | undefined;
}

export const giveUpUnopened = (services: ExecutionServices, request: UnopenedRequest): Promise<void> =>
  refuse(services, { ...request, referenceIds: undefined, unopened: true }, GIVEN_UP);

interface Refused extends UnopenedRequest {
  referenceIds: string[] | undefined;
  unopened?: true;
}

async function refuse(services: ExecutionServices, refused: Refused, refusal: Refusal): Promise<void> {
  const { request, worker, kind, header, target, referenceIds, unopened } = refused;
  const { settings, clock } = services;
  const { itemsDone = 0 } = request.progress;
  const ids = { transaction_id: request.transactionId ?? '', correlation_id: request.correlationId };
  const { message: reasonMessage } = refusal;
  const callbackOf = (known: MessageKind, to: string) => ({
    action: known.replyAction,
    target: to,
    encode: (): JsonObject => refusalEnvelope(known, ids, { reasonMessage }, header, settings.serverId, clock()),
  });
  const callback = kind === undefined || target === undefined ? undefined : callbackOf(kind, target);
  const call = new QueuedCall(services, { request, worker, callback, unopened });
  await call.settle({
    operation: request.operation,
    registry: request.registry,
    transactionId: request.transactionId ?? '',
    status: 'REJECTED',
    statusReasonCode: refusal.code,
    statusReasonMessage: refusal.message,
    accessDecision: refusal.decision ?? { allowed: false, explanation: refusal.message },
    referenceIds,
    itemCount: referenceIds?.length ?? 0,
    itemsDone,
    recordCount: 0,
    result: undefined,
  });
}
