/**
 * A value that many ask for and that changes seldom: read again once in a while, and a little before its time is over, so
 * that what others changed is seen in time and nobody waits for the reading.
 */

/** Share of the time after which whoever asks has it read anew for those who come later. */
const SOON = 0.75;

interface Reading<Value> {
  /** When it began: what was changed since may be missing. */
  at: number;
  value: Promise<Value>;
}

export class Kept<Value> {
  #last: Reading<Value> | undefined;
  #next: Reading<Value> | undefined;

  /** @param freshMs no reading is shared that began longer ago */
  constructor(
    private readonly read: () => Promise<Value>,
    private readonly freshMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  get(): Promise<Value> {
    const last = this.#last;
    const age = this.#ageOf(last);
    if (last === undefined || age >= this.freshMs) return this.#take(this.#freshNext ?? this.#reading());
    if (age >= SOON * this.freshMs) void this.#readAhead();
    return last.value;
  }

  /** After a change made here; what is being read may lack it. */
  forget(): void {
    this.#last = undefined;
    this.#next = undefined;
  }

  #take(reading: Reading<Value>): Promise<Value> {
    this.#last = reading;
    this.#next = undefined;
    // Whoever comes next tries again.
    reading.value.catch(() => {
      if (this.#last === reading) this.#last = undefined;
    });
    return reading.value;
  }

  async #readAhead(): Promise<void> {
    if (this.#next !== undefined) return;
    const reading = this.#reading();
    this.#next = reading;
    const isRead = await reading.value.then(
      () => true,
      () => false,
    );
    if (this.#next !== reading) return;
    this.#next = undefined;
    // What could not be read now is good until its time is over.
    if (isRead) this.#last = reading;
  }

  #reading(): Reading<Value> {
    return { at: this.now(), value: this.read() };
  }

  get #freshNext(): Reading<Value> | undefined {
    return this.#ageOf(this.#next) < this.freshMs ? this.#next : undefined;
  }

  #ageOf(reading: Reading<Value> | undefined): number {
    return reading === undefined ? Infinity : this.now() - reading.at;
  }
}
