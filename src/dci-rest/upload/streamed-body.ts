/** A body as it comes in: measured, hashed for its signature, and never whole in memory. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { BodyTooLarge } from '../../protocol/errors.js';

export class StreamedBody implements AsyncIterable<Buffer> {
  readonly #hash = createHash('sha256');
  #bytes = 0;

  constructor(
    private readonly source: Readable,
    private readonly maxBytes: number,
  ) {}

  /** @throws BodyTooLarge */
  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    // Who stops reading still answers on the same connection.
    for await (const chunk of this.source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      this.#bytes += chunk.length;
      if (this.#bytes > this.maxBytes) throw new BodyTooLarge(`file: at most ${this.maxBytes} bytes`);
      this.#hash.update(chunk);
      yield chunk;
    }
  }

  /** SHA-256, after the end. */
  digest(): Buffer {
    return this.#hash.digest();
  }
}
