/** How much one answer may hold, counted as it grows: what goes beyond is refused, and no work is done for it. */
import { AnswerTooLarge, ItemRejected } from '../../protocol/errors.js';

export const MOST_RECORDS = 10_000;
export const MOST_BYTES = 16 * 1_048_576;

export class AnswerRoom {
  #records = 0;
  #bytes = 0;
  #full = false;

  /** @param inParts whether an item alone may be refused for its bytes: a worker's answer has no sender who waits for it */
  constructor(private readonly inParts: boolean) {}

  get records(): number {
    return this.#records;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Before an item is searched for. @throws ItemRejected */
  assertLeft(): void {
    if (this.#full) throw tooMany();
  }

  /** @throws ItemRejected, and AnswerTooLarge where the whole answer is */
  take(records: readonly unknown[]): void {
    this.#full ||= this.#records + records.length > MOST_RECORDS;
    if (this.#full) throw tooMany();
    const bytes = records.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(records));
    if (this.#bytes + bytes > MOST_BYTES) throw this.inParts ? itemTooLarge() : answerTooLarge();
    this.#records += records.length;
    this.#bytes += bytes;
  }
}

const tooMany = (): ItemRejected =>
  new ItemRejected(
    'rjct.search.too_many_records_found',
    `an answer holds at most ${MOST_RECORDS} records, and the items before have filled it: ask for fewer per page, or for these in another message`,
  );

const itemTooLarge = (): ItemRejected =>
  new ItemRejected(
    'rjct.search.too_many_records_found',
    `an answer holds at most ${MOST_BYTES} bytes: ask for fewer records per page`,
  );

const answerTooLarge = (): AnswerTooLarge =>
  new AnswerTooLarge(
    `the answer would be larger than ${MOST_BYTES} bytes: ask for fewer records per page or fewer items, or asynchronously`,
  );
