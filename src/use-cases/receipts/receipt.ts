/** A receipt for what was delivered: only for the caller's own deliveries, another's are as unknown as none. */
import { decideGate, summarizeDecision } from '../../access/decide-access.js';
import type { KnownSender } from '../../access/sender-directory.js';
import { markReceived } from '../../entities/transactions/receipt.repository.js';
import { RequestInvalid } from '../../protocol/errors.js';
import { isWritable } from '../../protocol/registries/date.js';
import type { Receipt, ReceiptAnswer } from '../../protocol/notify/receipt.js';
import { judgedAt, type Call } from '../call.js';
import type { Services } from '../services.js';
import { assertMayAskAboutOwn } from '../transaction-status/own-messages.js';
import { definitionOf } from '../records/records.js';

/** @throws Forbidden when the sender may not use RECEIPT at all */
export async function acknowledgeReceipt(
  services: Services,
  { sender, call }: { sender: KnownSender; call: Call },
  receipt: Receipt,
): Promise<ReceiptAnswer> {
  const definition = definitionOf(services, receipt.registry);
  const { registry } = definition;
  const gate = decideGate({ sender, definition, operation: 'RECEIPT', now: judgedAt(services, call) });
  assertMayAskAboutOwn(gate);
  await call.admit({ operation: 'RECEIPT', items: 1 });
  const receivedAt = new Date(receipt.receivedAt);
  if (!isWritable(receivedAt)) throw new RequestInvalid('received_at: must be an RFC 3339 date-time with a time zone');
  const { transactionId, messageIds } = receipt;
  const received = { ...receipt, registry, receivedAt, senderId: sender.senderId };
  return services.database.transaction(async (unit) => {
    const marked = new Set(await markReceived(unit, received, services.clock()));
    const answer: ReceiptAnswer = {
      transactionId,
      correlationId: call.correlationId,
      status: marked.size > 0 ? 'SUCCEEDED' : 'REJECTED',
      acknowledged: [...marked],
      unknown: [...new Set(messageIds)].filter((id) => !marked.has(id)),
    };
    await call.settle(
      {
        operation: 'RECEIPT',
        registry,
        transactionId,
        status: answer.status,
        accessDecision: summarizeDecision(gate),
        referenceIds: messageIds,
        itemCount: messageIds.length,
        itemsDone: messageIds.length,
        recordCount: 0,
        result: answer,
      },
      unit,
    );
    return answer;
  });
}
