/** Takes a message to be worked on later: its row commits before the ACK leaves; the same message gets the same ACK. */
import { ack } from '../protocol/envelope/reply.js';
import { acceptRequest } from '../use-cases/accept/accept-request.js';
import type { AcceptRequestInput } from '../use-cases/accept/accept.types.js';
import { MessageSeen } from '../use-cases/call.js';
import { inTime, withDeadline } from '../use-cases/deadline.js';
import type { Exchange, Reply } from './exchange.js';
import { callOf, type Answering } from './partner-call.js';
import type { FacadeServices } from './services.js';

export type Accepting = Omit<Answering, 'dueAt' | 'encode'>;

/** No document of the API does it: to be accepted is for messages. */
export async function accept(
  services: FacadeServices,
  exchange: Exchange,
  input: AcceptRequestInput,
  facts: Accepting,
): Promise<void> {
  const call = callOf(services, exchange, { ...facts, dueAt: exchange.receivedAt, encode: () => undefined });
  await withDeadline(services.settings.operationTimeoutMs, async (deadline) =>
    inTime(deadline, () => acceptRequest(services, { sender: exchange.knownSender, call }, input)),
  );
  // Behind the ACK, so that the callback does not overtake it.
  setImmediate(() => services.wake('process-requests'));
}

export const accepted = ({ correlationId, receivedAt }: Pick<Exchange, 'correlationId' | 'receivedAt'>): Reply => ({
  status: 202,
  body: ack(correlationId, receivedAt),
});

/** The ACK that the same message got before. */
export function acceptedBefore(error: unknown): Reply {
  if (error instanceof MessageSeen) return accepted(error.stored);
  throw error;
}
