/**
 * Room for JSON files. Their signature covers the canonical form, so each is held whole: of all that come at once only so
 * many bytes, of one sender no more than its largest file, so that whoever never ends one leaves room to others. Only one
 * is parsed at a time, which takes ten times its size.
 */
import { ServiceUnavailable } from '../../protocol/errors.js';

export interface HeldFile {
  content: Buffer;
  free(): void;
}

export class JsonBudget {
  #bytes = 0;
  readonly #ofSender = new Map<string, number>();
  #last: Promise<unknown> = Promise.resolve();

  /** @param maxBytes of all files together */
  constructor(
    private readonly maxBytes: number,
    private readonly maxOfSender: number,
  ) {}

  /** @throws ServiceUnavailable while other files fill the budget, or the sender's part of it */
  async hold(senderId: string, file: AsyncIterable<Buffer>): Promise<HeldFile> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const free = (): void => {
      this.#add(senderId, -bytes);
      bytes = 0;
    };
    try {
      for await (const chunk of file) {
        bytes += chunk.length;
        if (this.#add(senderId, chunk.length) > this.maxOfSender || this.#bytes > this.maxBytes)
          throw new ServiceUnavailable('file: other JSON files are being read; send it later, or as CSV');
        chunks.push(chunk);
      }
      return { content: Buffer.concat(chunks), free };
    } catch (error) {
      free();
      throw error;
    }
  }

  /** @returns what the sender holds */
  #add(senderId: string, bytes: number): number {
    this.#bytes += bytes;
    const held = (this.#ofSender.get(senderId) ?? 0) + bytes;
    if (held === 0) this.#ofSender.delete(senderId);
    else this.#ofSender.set(senderId, held);
    return held;
  }

  /** Behind whatever was asked for before, however that ended. */
  inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}
