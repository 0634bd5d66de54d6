import { answer } from './partner-call.js';
import type { Exchange, Reply } from './exchange.js';
import { answerEnvelope, type MessageKind } from '../messages/message-kind.js';
import type { FacadeServices } from './services.js';
import { signedReply } from './signing.js';

/** Answers a message at once. */
export async function answerNow(kind: MessageKind, exchange: Exchange, services: FacadeServices): Promise<Reply> {
  const { requestHeader: header, registry: definition, knownSender: sender, message } = exchange;
  const context = { definition, header, sender };
  const envelope = await answer(services, exchange, kind.document, kind.read(message as never, context), {
    channel: 'SYNC',
    action: kind.action,
    messageId: header.message_id,
    request: exchange.plainRequest,
    digest: exchange.digest(kind.action, 'SYNC'),
    encode: (result) => answerEnvelope(kind, result, context, services.settings.serverId, services.clock()),
  });
  return signedReply(services, sender, envelope);
}
