/** Connections over short lists that are in memory anyway. */
import { pageOf, type ConnectionArgs, type ConnectionData } from './connection.js';
import { invalid } from '../use-cases/errors.js';

/** @param list names the list and its order in cursors. @param keyOf unique, and what the list is ordered by */
export function pageOfList<Node>(
  items: Node[],
  list: string,
  keyOf: (item: Node) => string,
  args: ConnectionArgs,
): ConnectionData<Node> {
  const { size, backward, field, cursor } = pageOf(args);
  const sorted = items.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const from = cursor == null ? undefined : decode(list, field, cursor);
  const candidates = sorted.filter(
    (item) => from === undefined || (backward ? keyOf(item) < from : keyOf(item) > from),
  );
  const nodes = backward ? candidates.slice(Math.max(0, candidates.length - size)) : candidates.slice(0, size);
  const more = candidates.length > nodes.length;
  const edges = nodes.map((node) => ({ cursor: encode(list, keyOf(node)), node }));
  return {
    nodes,
    edges,
    pageInfo: {
      hasNextPage: backward ? from !== undefined : more,
      hasPreviousPage: backward ? more : from !== undefined,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
    count: async () => items.length,
  };
}

const encode = (list: string, key: string): string => Buffer.from(JSON.stringify([list, key])).toString('base64url');

function decode(list: string, field: string, cursor: string): string {
  try {
    const [of, key]: unknown[] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (of === list && typeof key === 'string') return key;
  } catch {
    // Falls through to the refusal.
  }
  throw invalid(field, `not a cursor of this list in this order; begin without it`);
}
