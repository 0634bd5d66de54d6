/** A door is a list of named checks. Each has one reason to fail, and asks for no more of services and endpoint than it needs. */
import type { Exchange } from '../exchange.js';
import type { FacadeServices } from '../services.js';

export type Check<Endpoint = unknown, At extends Exchange = Exchange> = (
  exchange: At,
  services: FacadeServices,
  endpoint: Endpoint,
) => Promise<void> | void;

/** @throws ProtocolError of the first check that fails */
export async function pass<Endpoint, At extends Exchange>(
  door: readonly Check<Endpoint, At>[],
  exchange: At,
  services: FacadeServices,
  endpoint: Endpoint,
): Promise<void> {
  for (const check of door) await check(exchange, services, endpoint);
}
