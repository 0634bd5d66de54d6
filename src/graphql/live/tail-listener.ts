/**
 * What one reader has still to be told: bounded, so that a reader that does not read costs no memory. A burst is no
 * slowness: more than `maxBuffer` counts only when nothing was taken for a while, many times as much counts at once.
 */
import type { TailPosition } from '../../entities/queues/tail.repository.js';
import { isBehind, type LiveEvent } from './tail-cursor.js';

const GRACE_MS = 5000;
const BURST = 20;

export class TailListener {
  #buffer: LiveEvent[] = [];
  #wake: () => void = () => {};
  #overflowed = false;
  #reached = false;
  #takenAt: number;
  #failure: Error | undefined;

  constructor(
    private readonly after: TailPosition,
    private readonly accepts: (event: LiveEvent) => boolean,
    private readonly maxBuffer: number,
    private readonly clock: () => Date,
  ) {
    this.#takenAt = clock().getTime();
  }

  push(events: LiveEvent[]): void {
    if (this.#overflowed) return;
    for (const event of events) {
      // They come in order: what follows one from behind is behind too.
      this.#reached ||= isBehind(event.position, this.after);
      if (this.#reached && this.accepts(event)) this.#buffer.push(event);
    }
    if (this.#isTooSlow()) {
      this.#overflowed = true;
      this.#buffer = [];
    }
    if (this.#overflowed || this.#buffer.length > 0) this.#wake();
  }

  /** Ends the reader with `error`. */
  fail(error: Error): void {
    this.#failure = error;
    this.#wake();
  }

  /** Ends the wait; the reader looks around for itself. */
  wake(): void {
    this.#wake();
  }

  /** What has come, perhaps nothing; `undefined` when more came than was read. @throws what `fail` was given */
  async take(): Promise<LiveEvent[] | undefined> {
    if (this.#buffer.length === 0 && !this.#overflowed && this.#failure === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    if (this.#failure !== undefined) throw this.#failure;
    if (this.#overflowed) return undefined;
    this.#takenAt = this.clock().getTime();
    return this.#buffer.splice(0);
  }

  #isTooSlow(): boolean {
    const { length } = this.#buffer;
    if (length <= this.maxBuffer) return false;
    return length > BURST * this.maxBuffer || this.clock().getTime() - this.#takenAt > GRACE_MS;
  }
}
