import { setImmediate } from 'node:timers/promises';
import { answer } from './partner-call.js';
import type { Exchange, Reply } from './exchange.js';
import { answerEnvelope, type MessageKind, type ReadMessage } from '../messages/message-kind.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import type { FacadeServices } from './services.js';
import { signedReply } from './signing.js';

/** Answers a message at once. */
export async function answerNow(
  kind: MessageKind,
  exchange: Exchange<ReadMessage>,
  services: FacadeServices,
): Promise<Reply> {
  const { context, message } = exchange;
  const { header, sender } = context;
  const reply = (envelope: JsonObject) => signedReply(services, sender, envelope, exchange.registry);
  let ahead: { envelope: JsonObject; signing: Promise<Reply> } | undefined;
  const envelope = await answer(services, exchange, (execution) => message.run(context, execution), {
    channel: 'SYNC',
    action: kind.action,
    messageId: header.message_id,
    request: exchange.plainRequest,
    digest: exchange.digest(kind.action, 'SYNC'),
    encode: (result) => {
      const encoded = answerEnvelope(kind, result, context, services.settings.serverId, services.clock());
      // Signed while it is being stored, behind the statement that stores it, and sent once it is.
      ahead = { envelope: encoded, signing: setImmediate().then(() => reply(encoded)) };
      ahead.signing.catch(() => undefined);
      return encoded;
    },
  });
  return ahead?.envelope === envelope ? ahead.signing : reply(envelope);
}
