import { TooManyRequests } from '../../protocol/errors.js';
import type { Exchange } from '../exchange.js';
import type { FacadeServices } from '../services.js';

type Limiting = Pick<FacadeServices, 'limiter'>;

/**
 * A request costs one point; what it asks for beyond that is charged where it is worked on. A quota is spent only by its
 * proven owner, so this comes behind the signature.
 */
export async function limitBySender(exchange: Exchange, services: Limiting): Promise<void> {
  await charge(exchange, services, 1);
  exchange.paid = 1;
}

/** Spends the sender's quotas, less what this request has paid before. @throws TooManyRequests */
export async function charge(exchange: Exchange, { limiter }: Limiting, weight: number): Promise<void> {
  const { paid } = exchange;
  exchange.paid = Math.max(0, paid - weight);
  if (paid >= weight) return;
  exchange.quotas = await limiter.bySender(exchange.knownSender, weight, paid);
  const last = exchange.quotas.at(-1);
  if (last !== undefined && !last.allowed)
    throw new TooManyRequests('the quota of this sender is spent: wait as Retry-After says', last.reset);
}
