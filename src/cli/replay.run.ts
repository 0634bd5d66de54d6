import { defineDocument } from '../graphql/run-document.js';
import type { House } from './house.js';

const REPLAY = defineDocument(
  `mutation ($filter: ReplayFilter!) { replayed: replayDeliveries(filter: $filter) { count } }`,
);

/** How many are due again. */
export async function replay(house: House, filter: Record<string, unknown>): Promise<number> {
  return (await house.run<{ replayed: { count: number } }>(REPLAY, { filter })).replayed.count;
}
