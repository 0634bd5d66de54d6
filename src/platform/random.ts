/** Random bytes in small pieces, as nonces and ids need them: drawn from the system a page at a time, used once each. */
import { randomBytes } from 'node:crypto';

const PAGE = 4096;
let page = Buffer.alloc(0);
let used = 0;

/** @param count 64 at most. The piece is its taker's alone. */
export function fewRandomBytes(count: number): Buffer {
  if (used + count > page.length) {
    page = randomBytes(PAGE);
    used = 0;
  }
  return page.subarray(used, (used += count));
}
