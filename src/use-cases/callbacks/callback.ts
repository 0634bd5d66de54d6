/** Answers that partners bring (`on-…`): kept when they belong to a request between us and that sender, else told so. */
import type { KnownSender } from '../../access/sender-directory.js';
import { findByCorrelation } from '../../entities/transactions/transaction-status.repository.js';
import { saveSource } from '../../entities/sources/source.repository.js';
import { keepAnswered } from '../../entities/sources/source-subscription.repository.js';
import type { Call } from '../call.js';
import type { Services } from '../services.js';
import { definitionOf } from '../records/records.js';
import type { CallbackInput, CallbackResult } from './callback.types.js';

export async function receiveCallback(
  services: Services,
  { sender, call }: { sender: KnownSender; call: Call },
  input: CallbackInput,
): Promise<CallbackResult> {
  const { registry } = definitionOf(services, input.registry);
  const { operation, transactionId, correlationId, subscriptionCodes } = input;
  await call.admit({ operation, items: 1 });
  const request = { senderId: sender.senderId, registry, operation };
  const known =
    correlationId == null ||
    (operation === 'SUBSCRIBE' &&
      (await isOfSource(services, request.senderId, transactionId, subscriptionCodes ?? []))) ||
    (await findByCorrelation(services.database, { ...request, correlationId }));
  const result: CallbackResult = { correlationId: call.correlationId, known };
  await call.settle({
    operation,
    registry,
    transactionId,
    status: known ? 'SUCCEEDED' : 'REJECTED',
    ...(known ? {} : { statusReasonCode: 'err.request.not_found', statusReasonMessage: UNKNOWN_CORRELATION }),
    itemCount: 1,
    itemsDone: 1,
    recordCount: 0,
    result,
  });
  return result;
}

/** A subscription of ours, at another DCI server that is a source. */
async function isOfSource(
  { database, clock, wake }: Services,
  senderId: string,
  transactionId: string,
  codes: string[],
): Promise<boolean> {
  const source = await keepAnswered(database, { senderId, transactionId, codes }, clock());
  if (source === undefined) return false;
  await saveSource(database, source, { dueAt: clock() });
  wake('mirror-sources');
  return true;
}

export const UNKNOWN_CORRELATION = 'message.correlation_id: no request of ours to this sender has it';
