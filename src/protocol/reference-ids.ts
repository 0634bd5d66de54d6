/** Reference ids of the items of one message, by which their answers are told apart. */
import { ItemRejected } from './errors.js';

export class ReferenceIds {
  readonly #used: Set<string>;

  /** @param used those of items that were answered before */
  constructor(used: readonly string[] = []) {
    this.#used = new Set(used);
  }

  /** @throws ItemRejected */
  take(referenceId: string): void {
    if (referenceId === '') throw new ItemRejected('rjct.reference_id.invalid', 'reference_id: must not be empty');
    if (this.#used.has(referenceId))
      throw new ItemRejected(
        'rjct.reference_id.duplicate',
        'reference_id: used before in this message; each item needs its own',
      );
    this.#used.add(referenceId);
  }
}
