import { defineDocument } from '../graphql/run-document.js';
import type { LocalGateway } from './local-gateway.js';

const REPLAY = defineDocument(
  `mutation ($filter: ReplayFilter!) { replayed: replayDeliveries(filter: $filter) { count } }`,
);

/** How many are due again. */
export async function replay(gateway: LocalGateway, filter: Record<string, unknown>): Promise<number> {
  return (await gateway.run<{ replayed: { count: number } }>(REPLAY, { filter })).replayed.count;
}
