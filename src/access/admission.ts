/**
 * How many requests are worked on or wait for their turn at once in this process. What comes beyond is refused before it
 * costs anything, so that those who wait, wait shortly, and memory stays as it is.
 */
import { ServiceUnavailable } from '../protocol/errors.js';

export class Crowded extends ServiceUnavailable {
  override readonly retryAfter = 1;
}

export class Admission {
  #underWay = 0;

  constructor(private readonly most: number) {}

  get underWay(): number {
    return this.#underWay;
  }

  /** Nothing else is under way. */
  get alone(): boolean {
    return this.#underWay <= 1;
  }

  /** @returns what ends it, once @throws Crowded */
  enter(): () => void {
    if (this.#underWay >= this.most)
      throw new Crowded('too much is asked at once: wait as Retry-After says, and send the same message again');
    this.#underWay += 1;
    return () => void (this.#underWay -= 1);
  }

  /** @throws Crowded */
  async during<T>(work: () => Promise<T>): Promise<T> {
    const leave = this.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }
}
