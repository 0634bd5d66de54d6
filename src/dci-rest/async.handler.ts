import { MessageSeen, type DirectCall } from '../use-cases/call.js';
import { defineDocument, runDocument } from '../graphql/run-document.js';
import { ack } from '../protocol/envelope/reply.js';
import type { Exchange, Reply } from './exchange.js';
import type { MessageKind } from '../messages/message-kind.js';
import { callOf, contextFor } from './partner-call.js';
import type { FacadeServices } from './services.js';

export const ACCEPT = defineDocument(
  `mutation Accept($input: AcceptRequestInput!) { acceptRequest(input: $input) { correlationId } }`,
);

/** Takes a message to be worked on later: its row commits before the ACK leaves; the same message gets the same ACK. */
export async function acceptLater(kind: MessageKind, exchange: Exchange, services: FacadeServices): Promise<Reply> {
  const { requestHeader: header, registry, message, receivedAt, correlationId } = exchange;
  const input = {
    operation: kind.operation,
    registry: registry.registry,
    transactionId: (message as { transaction_id: string }).transaction_id,
    senderUri: header.sender_uri,
    referenceIds: kind.items?.(message as never) ?? [],
  };
  try {
    await runDocument(
      services.schema,
      ACCEPT,
      { input },
      contextFor(services, exchange, acceptingCall(kind, exchange, services)),
    );
  } catch (error) {
    if (!(error instanceof MessageSeen)) throw error;
    return accepted(error.stored.correlationId, error.stored.receivedAt);
  }
  services.tail.nudge();
  // Behind the ACK, so that the callback does not overtake it.
  setImmediate(() => services.wake('process-requests'));
  return accepted(correlationId, receivedAt);
}

function acceptingCall({ action }: MessageKind, exchange: Exchange, services: FacadeServices): DirectCall {
  const { requestHeader: header, receivedAt } = exchange;
  return callOf(services, exchange, {
    channel: 'ASYNC',
    messageId: header.message_id,
    action,
    digest: exchange.digest(action, 'ASYNC'),
    request: exchange.plainRequest,
    dueAt: receivedAt,
    encode: () => undefined,
  });
}

const accepted = (correlationId: string, receivedAt: Date): Reply => ({
  status: 202,
  body: ack(correlationId, receivedAt),
});
