/**
 * Places in this process. Its one event loop serves all, and who asks for many things at once puts as much work between
 * any two steps of the others. So each caller has places, fewer while somebody else is here; who has none waits for one
 * of his own.
 */
import type { RecentCallers } from './recent-callers.js';

/** Of one caller at once: while nobody else is here, and beside others. */
export interface Places {
  alone: number;
  beside: number;
  /** Whether a place beside others stays empty as long as all places together were taken: half of the time is theirs. */
  rests?: boolean;
}

interface Caller {
  taken: number;
  waiting: (() => void)[];
}

/** A longer rest would be noticed by the one who rests. */
const MOST_REST_MS = 200;

export class Turns {
  readonly #callers = new Map<string, Caller>();

  constructor(
    private readonly recentCallers: Pick<RecentCallers, 'note' | 'othersThan'>,
    private readonly places: Places,
  ) {}

  /** Gives what ends the turn; only the first call counts. */
  async take(name: string): Promise<() => void> {
    this.recentCallers.note(name);
    const caller = this.#callers.get(name) ?? { taken: 0, waiting: [] };
    this.#callers.set(name, caller);
    if (caller.taken < this.#placesOf(name)) caller.taken += 1;
    else await new Promise<void>((resolve) => void caller.waiting.push(resolve));
    const began = performance.now();
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      const rest = caller.waiting.length === 0 ? 0 : this.#restAfter(name, performance.now() - began);
      if (rest === 0) this.#leave(name, caller);
      else setTimeout(() => this.#leave(name, caller), rest);
    };
  }

  async during<T>(name: string, work: () => Promise<T>): Promise<T> {
    const end = await this.take(name);
    try {
      return await work();
    } finally {
      end();
    }
  }

  #leave(name: string, caller: Caller): void {
    caller.taken -= 1;
    while (caller.taken < this.#placesOf(name)) {
      const next = caller.waiting.shift();
      if (next === undefined) break;
      caller.taken += 1;
      // After whatever else is ready by now: the others' turn comes between two of one caller.
      setImmediate(next);
    }
    if (caller.taken === 0) this.#callers.delete(name);
  }

  #restAfter(name: string, tookMs: number): number {
    const { rests = false, beside } = this.places;
    return rests && this.recentCallers.othersThan(name) ? Math.min(MOST_REST_MS, beside * tookMs) : 0;
  }

  #placesOf(name: string): number {
    return this.recentCallers.othersThan(name) ? this.places.beside : this.places.alone;
  }
}
