/** Accepting a message for later work: all that can be refused now is refused now, the rest ends in a callback. */
import { decideGate, forbiddenBy } from '../../access/decide-access.js';
import type { KnownSender } from '../../access/sender-directory.js';
import { OutboundRefused } from '../../platform/outbound-errors.js';
import type { Outbound } from '../../platform/outbound-http.js';
import { RequestInvalid, SenderUriInvalid } from '../../protocol/errors.js';
import type { Operation } from '../../protocol/vocabulary.js';
import { judgedAt, type Call } from '../call.js';
import type { Services } from '../services.js';
import type { AcceptRequestInput } from './accept.types.js';

/** About the sender's own messages: they release nothing that was not released before. */
const WITHOUT_AGREEMENT: ReadonlySet<Operation> = new Set(['UNSUBSCRIBE', 'TXN_STATUS', 'RECEIPT']);

/** @throws Forbidden, SenderUriInvalid, MessageSeen, MessageIdDuplicate */
export async function acceptRequest(
  services: Services,
  { sender, call }: { sender: KnownSender; call: Call },
  { operation, registry, transactionId, senderUri, referenceIds, itemCount }: AcceptRequestInput,
): Promise<void> {
  const definition = services.registries.byName(registry);
  if (definition === undefined) throw new RequestInvalid('registry: this gateway does not serve it');
  const gate = decideGate({ sender, definition, operation, now: judgedAt(services, call) });
  if (!gate.allowed && !(gate.reason === 'NO_AGREEMENT' && WITHOUT_AGREEMENT.has(operation))) throw forbiddenBy(gate);
  await call.admit({ operation, items: referenceIds.length });
  callbackTarget(services.outbound, sender, senderUri);
  await call.settle({
    operation,
    registry: definition.registry,
    transactionId,
    status: 'RECEIVED',
    referenceIds,
    itemCount: itemCount ?? referenceIds.length,
    itemsDone: 0,
    recordCount: 0,
    result: undefined,
  });
}

/** `header.sender_uri` exactly as given, else the address the sender registered. @throws SenderUriInvalid */
export function callbackTarget(
  outbound: Pick<Outbound, 'assertAllowed'>,
  sender: Pick<KnownSender, 'notifyUri' | 'callbackHosts'>,
  senderUri: string | null | undefined,
): string {
  const given = senderUri != null && senderUri !== '';
  const target = given ? senderUri : sender.notifyUri;
  if (target === null)
    throw new SenderUriInvalid('header.sender_uri: is required, as no callback address is registered');
  try {
    outbound.assertAllowed(target, sender.callbackHosts);
  } catch (error) {
    if (!(error instanceof OutboundRefused)) throw error;
    throw new SenderUriInvalid(`${given ? 'header.sender_uri' : 'the registered callback address'}: ${error.message}`);
  }
  return target;
}
