/**
 * What comes and goes with each request, in slots that are taken again. The table of a `Set` is made anew after a few of
 * them, and each that was leads to the next: all that stood in them would stay in memory until V8's next full collection.
 */
export class Slots<Item> {
  readonly #items: (Item | undefined)[] = [];
  readonly #free: number[] = [];

  /** @returns what gives the slot back, once */
  take(item: Item): () => void {
    const slot = this.#free.pop() ?? this.#items.length;
    this.#items[slot] = item;
    return () => {
      if (this.#items[slot] !== item) return;
      this.#items[slot] = undefined;
      this.#free.push(slot);
    };
  }

  taken(): Item[] {
    return this.#items.filter((item) => item !== undefined);
  }
}
