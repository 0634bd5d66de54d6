/**
 * Room for JSON files. Their signature covers the canonical form, so each is held whole: of all that come at once only so
 * many bytes, and only one is parsed at a time, which takes ten times its size.
 */
import { ServiceUnavailable } from '../../protocol/errors.js';

export interface HeldFile {
  content: Buffer;
  free(): void;
}

export class JsonBudget {
  #bytes = 0;
  #last: Promise<unknown> = Promise.resolve();

  /** @param maxBytes of all files together */
  constructor(private readonly maxBytes: number) {}

  /** @throws ServiceUnavailable while others fill the budget */
  async hold(file: AsyncIterable<Buffer>): Promise<HeldFile> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const free = (): void => {
      this.#bytes -= bytes;
      bytes = 0;
    };
    try {
      for await (const chunk of file) {
        bytes += chunk.length;
        this.#bytes += chunk.length;
        if (this.#bytes > this.maxBytes)
          throw new ServiceUnavailable('file: other JSON files are being read; send it later, or as CSV');
        chunks.push(chunk);
      }
      return { content: Buffer.concat(chunks), free };
    } catch (error) {
      free();
      throw error;
    }
  }

  /** Behind whatever was asked for before, however that ended. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
