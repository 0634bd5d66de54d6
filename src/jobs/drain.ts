/** Something that works off rows when woken: by a commit here, by another process, or by the clock. */
import { newHop, onHop } from '../platform/hop.js';
import type { Log } from '../platform/log.js';

export interface Drain {
  readonly name: string;
  /** Rows being worked on now. */
  readonly running: number;
  /** Costs little where nothing is due; many calls are one. */
  wake(): void;
  /** Takes nothing new, then finishes what it holds or gives it back. */
  close(): Promise<void>;
}

/** Works in batches, one after the other, until one finds nothing. */
export class BatchDrain implements Drain {
  #woken = false;
  #closed = false;
  #working: Promise<void> | undefined;

  /** @param batch works off what is due, up to its own limit; gives how many rows it did */
  constructor(
    readonly name: string,
    private readonly batch: () => Promise<number>,
    private readonly log: Log,
  ) {}

  get running(): number {
    return this.#working === undefined ? 0 : 1;
  }

  wake(): void {
    this.#woken = true;
    if (!this.#closed) this.#working ??= onHop(newHop(), () => this.#work());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#working;
  }

  async #work(): Promise<void> {
    try {
      while (this.#woken && !this.#closed) {
        this.#woken = false;
        while (!this.#closed && (await this.batch()) > 0);
      }
    } catch (error) {
      this.log.error({ queue: this.name, err: error }, 'a batch failed; it is tried again');
    } finally {
      this.#working = undefined;
    }
  }
}
