import type { MessageKind, ReadMessage } from '../messages/message-kind.js';
import { accept, accepted, acceptedBefore } from './accept-later.js';
import type { Exchange, Reply } from './exchange.js';
import type { FacadeServices } from './services.js';

/** Accepts a message as the sender's whole request. */
export async function acceptLater(
  { action, operation }: MessageKind,
  exchange: Exchange<ReadMessage>,
  services: FacadeServices,
): Promise<Reply> {
  const { requestHeader: header, registry, message } = exchange;
  const { transactionId, referenceIds } = message;
  const input = { operation, registry: registry.registry, transactionId, senderUri: header.sender_uri, referenceIds };
  const facts = {
    channel: 'ASYNC',
    messageId: header.message_id,
    action,
    digest: exchange.digest(action, 'ASYNC'),
    request: exchange.plainRequest,
  } as const;
  return accept(services, exchange, input, facts).then(() => accepted(exchange), acceptedBefore);
}
