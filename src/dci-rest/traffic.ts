/** What the overview counts of partners' calls: where they went, who has proven to be calling, how they ended. */
import type { Outcome } from '../use-cases/call.js';
import type { TrafficMeter } from '../use-cases/overview/traffic-meter.js';
import type { Exchange, Reply } from './exchange.js';

interface Counting {
  traffic: TrafficMeter;
  clock: () => Date;
}

/** Refusals count as failed, and so do answers that reject the whole message. */
export function countReply(services: Counting, exchange: Exchange, { status, body }: Reply): void {
  const { header, status: shortStatus } = body as { header?: { status?: string }; status?: string };
  const failed = status >= 400 || (header?.status ?? shortStatus) === 'rjct';
  count(services, exchange, { registry: exchange.definition?.registry, operation: exchange.operation, failed });
}

/** Of a call that came as GraphQL. */
export function countOutcome(services: Counting, exchange: Exchange, outcome: Outcome): void {
  const { registry, operation, status } = outcome;
  count(services, exchange, { registry, operation, failed: status === 'REJECTED' });
}

interface Counted {
  registry: string | null | undefined;
  operation: string | undefined;
  failed: boolean;
}

function count({ traffic, clock }: Counting, { sender, receivedAt }: Exchange, counted: Counted): void {
  const durationMs = clock().getTime() - receivedAt.getTime();
  traffic.observe({ kind: 'REQUEST', ...counted, senderId: sender?.senderId, durationMs });
}
