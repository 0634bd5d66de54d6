/** Who asked this process for something of late. One caller alone may have all that there is, beside others a share. */

/** Whoever came within is here. */
const HERE_MS = 5000;

export class RecentCallers {
  /** The last two that differ: enough to know of each whether somebody else is here. */
  #last = { name: '', at: -Infinity };
  #other = { name: '', at: -Infinity };

  constructor(private readonly clock: () => number = () => performance.now()) {}

  note(name: string): void {
    if (name !== this.#last.name) this.#other = this.#last;
    this.#last = { name, at: this.clock() };
  }

  othersThan(name: string): boolean {
    const somebody = name === this.#last.name ? this.#other : this.#last;
    return this.clock() - somebody.at < HERE_MS;
  }
}
