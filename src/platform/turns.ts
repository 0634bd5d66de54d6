/**
 * Lets a few go on in each turn of the event loop. What a statement answers for a hundred at once would else be worked off in
 * one turn, and whoever asks meanwhile waits for all of it.
 */
export class Turns {
  readonly #waiting: (() => void)[] = [];
  #room: number;
  #renewing = false;

  constructor(private readonly atOnce: number) {
    this.#room = atOnce;
  }

  /** In this turn while it has room, else in one of the next, in the order in which they came. */
  async next(): Promise<void> {
    if (!this.#renewing) this.#renewNext();
    if (this.#room > 0) this.#room -= 1;
    else await new Promise<void>((resolve) => void this.#waiting.push(resolve));
  }

  #renewNext(): void {
    this.#renewing = true;
    setImmediate(() => {
      const going = this.#waiting.splice(0, this.atOnce);
      this.#room = this.atOnce - going.length;
      if (going.length > 0) this.#renewNext();
      else this.#renewing = false;
      for (const go of going) go();
    });
  }
}
