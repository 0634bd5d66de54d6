/** What the other side answers, held whole: no more than this, whatever it says of its length and however small it was packed. */
import { BodyTooLarge } from '../protocol/errors.js';

const MOST_MIB = 32;

/** @throws BodyTooLarge */
export async function readAnswer(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let left = MOST_MIB * 1024 * 1024;
  // Who stops reading ends it.
  for await (const chunk of response.body ?? []) {
    left -= chunk.length;
    if (left < 0) throw new BodyTooLarge(`the answer is longer than ${MOST_MIB} MiB`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
