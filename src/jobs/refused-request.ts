/** A request that was accepted and may not be answered any more still gets its callback, which says why. */
import { isUniqueViolation } from '../entities/database/database.js';
import type { ExecutionServices } from '../graphql/context.js';
import { protocolErrorOf } from '../use-cases/errors.js';
import { Forbidden, ItemRejected } from '../protocol/errors.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { refusalEnvelope } from '../messages/message-kind.js';
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

export async function refuseRequest(
  services: ExecutionServices,
  opened: OpenedRequest,
  refusal: Refusal,
): Promise<void> {
  const { request, worker, kind, context, message, target } = opened;
  const { itemsDone = 0 } = request.progress;
  const ids = { transaction_id: request.transactionId ?? '', correlation_id: request.correlationId };
  const encode = (): JsonObject =>
    refusalEnvelope(
      kind,
      ids,
      { reasonMessage: refusal.message },
      context,
      services.settings.serverId,
      services.clock(),
    );
  const call = new QueuedCall(services, { request, worker, replyAction: kind.replyAction, target, encode });
  const referenceIds = message.success ? message.data.referenceIds : [];
  await call.settle({
    operation: request.operation,
    registry: request.registry,
    transactionId: request.transactionId ?? '',
    status: 'REJECTED',
    statusReasonCode: refusal.code,
    statusReasonMessage: refusal.message,
    accessDecision: refusal.decision ?? { allowed: false, explanation: refusal.message },
    referenceIds,
    itemCount: referenceIds.length,
    itemsDone,
    recordCount: 0,
    result: undefined,
  });
}
