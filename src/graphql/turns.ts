/**
 * Queries of one caller take turns: each is a piece of work in one go, and who asks for many at once would hold up all
 * others that this process serves.
 */

/** Of one caller, at once in this process. */
const AT_ONCE = 2;

/** Begins as many turns as may be at once; the others wait for one that ends. */
export class Turns {
  readonly #callers = new Map<string, { running: number; waiting: (() => void)[] }>();

  /** Gives what ends the turn. */
  async take(caller: string): Promise<() => void> {
    const turns = this.#callers.get(caller) ?? { running: 0, waiting: [] };
    this.#callers.set(caller, turns);
    if (turns.running < AT_ONCE) turns.running += 1;
    else await new Promise<void>((resolve) => void turns.waiting.push(resolve));
    return () => {
      const next = turns.waiting.shift();
      // After whatever else is ready by now: the others' turn comes between two of one caller.
      if (next !== undefined) setImmediate(next);
      else if ((turns.running -= 1) === 0) this.#callers.delete(caller);
    };
  }
}
