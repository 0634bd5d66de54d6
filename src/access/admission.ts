/**
 * How many requests are worked on or wait for their turn at once in this process. Who finds it full waits for a place a
 * moment, at the cost of a timer: most that are refused would come again at once, and a process can be kept from all work by
 * refusing. A place that is left goes to whose caller has the fewest, so one that floods holds up itself.
 */
import { Slots } from '../platform/slots.js';
import { ServiceUnavailable } from '../protocol/errors.js';

/** Whose request it is before anything is known of it: a token is the same from one to the next. */
export const callerOf = (
  { authorization }: { authorization?: string | undefined },
  address: string | undefined,
): string => authorization ?? address ?? '';

export class Crowded extends ServiceUnavailable {
  override readonly retryAfter = 1;
}

/** As long as a refused one is told to stay away. */
const WAIT_MS = 1000;
/** So many times as many as are let in may wait, and half of them of one caller: each holds its body. */
const MOST_WAITING = 4;

interface Waiting {
  caller: string;
  /** Whether a place was left for it. */
  end: (isLetIn: boolean) => void;
}

export class Admission {
  readonly #inside = new Slots<{ caller: string }>();
  readonly #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(
    private readonly most: number,
    private readonly waitMs = WAIT_MS,
  ) {}

  get underWay(): number {
    return this.#underWay;
  }

  /** Nothing else is under way. */
  get alone(): boolean {
    return this.#underWay <= 1;
  }

  /**
   * @param caller as `callerOf` tells
   * @returns what ends it, once
   * @throws Crowded
   */
  async enter(caller: string): Promise<() => void> {
    if (this.#underWay < this.most) this.#underWay += 1;
    else if (!(await this.#wait(caller)))
      throw new Crowded('too much is asked at once: wait as Retry-After says, and send the same message again');
    const leave = this.#inside.take({ caller });
    return () => {
      leave();
      const next = this.#next();
      if (next === undefined) this.#underWay -= 1;
      else next.end(true);
    };
  }

  /** @throws Crowded */
  async during<T>(caller: string, work: () => Promise<T>): Promise<T> {
    const leave = await this.enter(caller);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  async #wait(caller: string): Promise<boolean> {
    const room = MOST_WAITING * this.most;
    const own = this.#waiting.filter((one) => one.caller === caller).length;
    if (this.#waiting.length >= room || own >= room / 2) return false;
    return new Promise((resolve) => {
      const end = (isLetIn: boolean): void => {
        clearTimeout(limit);
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        resolve(isLetIn);
      };
      const waiting = { caller, end };
      const limit = setTimeout(end, this.waitMs, false);
      this.#waiting.push(waiting);
    });
  }

  /** The first one of the caller that has the fewest places. */
  #next(): Waiting | undefined {
    if (this.#waiting.length === 0) return undefined;
    const places = new Map<string, number>();
    for (const { caller } of this.#inside.taken()) places.set(caller, (places.get(caller) ?? 0) + 1);
    const placesOf = ({ caller }: Waiting): number => places.get(caller) ?? 0;
    return this.#waiting.reduce((first, one) => (placesOf(one) < placesOf(first) ? one : first));
  }
}
