import { answer } from './partner-call.js';
import type { Exchange, Reply } from './exchange.js';
import type { MessageKind, ReadMessage } from '../messages/message-kind.js';
import type { FacadeServices } from './services.js';
import { httpSignedReply } from './signing.js';

/** Takes in what a partner sends us; the reply is a bare `Response` (protocol 2.6), which has no place for a signature. */
export async function receiveNow(
  kind: MessageKind,
  exchange: Exchange<ReadMessage>,
  services: FacadeServices,
): Promise<Reply> {
  const { context, message } = exchange;
  const { header, sender } = context;
  const body = await answer(services, exchange, (execution) => message.run(context, execution), {
    channel: 'INBOUND',
    action: kind.action,
    messageId: header.message_id,
    request: exchange.plainRequest,
    digest: exchange.digest(kind.action, 'INBOUND'),
    encode: (result) => ({ message: { timestamp: services.clock().toISOString(), ...kind.write(result, context) } }),
  });
  return sender.signatureProfile === 'HTTP' ? httpSignedReply(services, body) : { status: 200, body };
}
