/** What the overview counts of partners' calls: where they went, who has proven to be calling, how they ended. */
import type { Outcome } from '../use-cases/call.js';
import type { CallOutcome, TrafficMeter } from '../use-cases/overview/traffic-meter.js';
import type { Exchange, Reply } from './exchange.js';

interface Counting {
  traffic: TrafficMeter;
  clock: () => Date;
}

/** Refusals count as failed, and so do answers that reject the whole message. */
export function countReply(services: Counting, exchange: Exchange, { status, body }: Reply): void {
  const { header, status: shortStatus } = body as { header?: { status?: string }; status?: string };
  const rejected = (header?.status ?? shortStatus) === 'rjct';
  const outcome = status >= 500 ? 'FAILED' : status >= 400 ? 'REFUSED' : rejected ? 'REJECTED' : 'ANSWERED';
  count(services, exchange, { registry: exchange.definition?.registry, operation: exchange.operation, outcome });
}

/** Of a call that came as GraphQL. */
export function countOutcome(services: Counting, exchange: Exchange, outcome: Outcome): void {
  const { registry, operation, status } = outcome;
  count(services, exchange, { registry, operation, outcome: status === 'REJECTED' ? 'REJECTED' : 'ANSWERED' });
}

interface Counted {
  registry: string | null | undefined;
  operation: string | undefined;
  outcome: CallOutcome;
}

function count({ traffic, clock }: Counting, { sender, receivedAt }: Exchange, counted: Counted): void {
  const durationMs = clock().getTime() - receivedAt.getTime();
  traffic.observe({ kind: 'REQUEST', ...counted, senderId: sender?.senderId, durationMs });
}
