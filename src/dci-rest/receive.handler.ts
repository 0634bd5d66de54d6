import { answer } from './partner-call.js';
import type { Exchange, Reply } from './exchange.js';
import type { MessageKind } from '../messages/message-kind.js';
import type { FacadeServices } from './services.js';
import { httpSignedReply } from './signing.js';

/** Takes in what a partner sends us; the reply is a bare `Response` (protocol 2.6), which has no place for a signature. */
export async function receiveNow(kind: MessageKind, exchange: Exchange, services: FacadeServices): Promise<Reply> {
  const { requestHeader: header, registry: definition, knownSender: sender, message } = exchange;
  const context = { definition, header, sender };
  const body = await answer(services, exchange, kind.document, kind.read(message as never, context), {
    channel: 'INBOUND',
    action: kind.action,
    messageId: header.message_id,
    request: exchange.plainRequest,
    digest: exchange.digest(kind.action, 'INBOUND'),
    encode: (result) => ({
      message: { timestamp: services.clock().toISOString(), ...kind.write(result as never, context) },
    }),
  });
  return sender.signatureProfile === 'HTTP' ? httpSignedReply(services, body) : { status: 200, body };
}
