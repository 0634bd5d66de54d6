import { randomUUID } from 'node:crypto';
import type { ShortEndpoint, ShortMessage } from '../messages/short-form/short-kind.js';
import { pass } from './checks/check.js';
import { SHORT_FORM } from './doors.js';
import type { Exchange, Reply } from './exchange.js';
import { answer } from './partner-call.js';
import type { FacadeServices } from './services.js';
import { httpSignedReply } from './signing.js';

/** Answers a message of the short form, signed in the HTTP profile. */
export async function answerShortForm(
  endpoint: ShortEndpoint,
  exchange: Exchange<ShortMessage>,
  services: FacadeServices,
): Promise<Reply> {
  await pass(SHORT_FORM, exchange, services, endpoint);
  const { message, registry, document } = exchange;
  const body = await answer(services, exchange, (execution) => message.run(registry, execution), {
    channel: 'SHORT',
    action: endpoint.action,
    messageId: exchange.nonce ?? randomUUID(),
    request: document,
    digest: exchange.digest(endpoint.action, 'SHORT'),
    encode: endpoint.write,
  });
  return exchange.signed ? httpSignedReply(services, body) : { status: 200, body };
}
