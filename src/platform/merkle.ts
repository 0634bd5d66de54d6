/** Merkle trees as RFC 6962, 2.1 builds them: leaves and nodes are hashed apart, so that neither passes for the other. */
import { hash } from 'node:crypto';

const LEAF = Buffer.of(0);
const NODE = Buffer.of(1);

/** The root over `entries` in their order; of none, the SHA-256 of nothing. */
export function merkleRoot(entries: readonly Buffer[]): Buffer {
  if (entries.length === 0) return sha256([]);
  let level: Buffer[] = entries.map((entry) => sha256([LEAF, entry]));
  // Pairing level by level gives the RFC's tree: a last node without a partner moves up as it is.
  while (level.length > 1) level = pair(level);
  return level[0] ?? Buffer.alloc(0);
}

function pair(level: Buffer[]): Buffer[] {
  const above: Buffer[] = [];
  for (let at = 0; at < level.length; at += 2) {
    const [left, right] = [level[at], level[at + 1]];
    if (left !== undefined && right !== undefined) above.push(sha256([NODE, left, right]));
    else if (left !== undefined) above.push(left);
  }
  return above;
}

/** In one call: the event loop waits for a tree of thousands. */
const sha256 = (parts: Buffer[]): Buffer => hash('sha256', Buffer.concat(parts), 'buffer');
