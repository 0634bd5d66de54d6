/** One attempt to bring a message: signed, sent, its answer or fault judged, and told as a span. */
import type { KeyRing } from '../access/key-ring.js';
import type { KnownSender } from '../access/sender-directory.js';
import type { DueDelivery } from '../entities/deliveries/due-delivery.repository.js';
import { onHop } from '../platform/hop.js';
import { OutboundFailed, OutboundRefused } from '../platform/outbound-errors.js';
import { DIALECTS } from '../protocol/dialects/dialects.js';
import { EncryptionInvalid } from '../protocol/errors.js';
import type { Registries } from '../protocol/registries/registries.js';
import type { Outbound, OutboundResponse } from '../platform/outbound-http.js';
import type { Tracer } from '../platform/tracer.js';
import { inSpan } from '../platform/tracing.js';
import type { JsonObject } from '../protocol/envelope/json.js';
import { classifyAnswer, type Verdict } from './classify-answer.js';
import { signOutgoing, stampEnvelope } from './outgoing-message.js';
import type { Credentials, ReceiverCredentials } from './receiver-credentials.js';

export interface Attempting {
  keyRing: KeyRing;
  outbound: Pick<Outbound, 'request'>;
  credentials: ReceiverCredentials;
  registries: Registries;
  clock: () => Date;
  tracer: Tracer;
  settings: { serverId: string; publicUrl: string };
}

/** What is sent, to whom, and what shows who we are. */
export interface Prepared {
  sender: KnownSender;
  envelope: JsonObject;
  /** Of a notification. */
  event?: string | undefined;
  credentials: Credentials;
}

/** @throws only for faults of ours */
export async function tracedAttempt(
  services: Attempting,
  delivery: DueDelivery,
  prepared: Prepared,
  signal: AbortSignal,
) {
  const { action, registry, attempts, kind, messageId } = delivery;
  const attributes = { 'dci.registry': registry, 'dci.action': action, 'dci.attempt': attempts + 1 };
  return inSpan(
    services.tracer,
    { name: `deliver ${action} ${registry}`, kind: 'CLIENT', attributes },
    async (note) => {
      const send = () => attempt(services, delivery, prepared, signal);
      // A subscriber did not ask: whose request it was, and what else came of it, is not for its eyes.
      const tried = await (kind === 'NOTIFICATION' ? onHop({ requestId: messageId }, send) : send());
      note({ 'dci.outcome': tried.verdict.outcome });
      if (tried.answer !== undefined) note({ 'http.response.status_code': tried.answer.status });
      return tried;
    },
  );
}

/** @throws only for faults of ours */
async function attempt(
  { outbound, credentials, keyRing, registries, clock, settings }: Attempting,
  { target, messageId, notificationNumber, registry }: DueDelivery,
  { sender, envelope, event, credentials: { tls, authorization } }: Prepared,
  signal: AbortSignal,
): Promise<{ verdict: Verdict; answer?: OutboundResponse }> {
  try {
    const now = clock();
    const stamped = stampEnvelope(envelope, { messageId, notificationNumber }, now);
    const destination = { target, authorization, event, definition: registries.byName(registry) };
    const outgoing = await signOutgoing(stamped, sender, destination, { keyRing, ...settings, now });
    const answer = await outbound.request({
      url: target,
      method: 'POST',
      ...outgoing,
      allowedHosts: sender.callbackHosts,
      signal,
      ...(tls === undefined ? {} : { tls }),
    });
    if (answer.status === 401) credentials.forgetToken(sender.id, authorization);
    return { verdict: explained(classifyAnswer(answer, clock()), answer, sender, registry), answer };
  } catch (error) {
    return { verdict: verdictOf(error, signal) };
  }
}

/** Why a receiver refuses our signature, where no signature could please it. */
function explained(
  verdict: Verdict,
  { status }: OutboundResponse,
  { dialect }: KnownSender,
  registry: string,
): Verdict {
  if (status !== 401 || DIALECTS[dialect].unverifying?.includes(registry) !== true) return verdict;
  const why = `${dialect}’s receiver for ${registry} cannot verify signed messages: see docs/partners`;
  return { ...verdict, error: `${verdict.error ?? ''}; ${why}` };
}

function verdictOf(error: unknown, signal: AbortSignal): Verdict {
  if (signal.aborted) throw error;
  // Nothing leaves in the clear that must not: the sender has to register an encryption key first.
  if (error instanceof OutboundRefused || error instanceof EncryptionInvalid)
    return { outcome: 'BLOCKED', error: error.message, overloaded: false };
  if (error instanceof OutboundFailed)
    return {
      outcome: 'FAILED',
      error: error.message,
      overloaded: true,
      address: error.address,
      latencyMs: error.durationMs,
    };
  throw error;
}
