/**
 * The parts of a request that is worked on in one go, written in their order: what is judged while others are written is
 * committed together with the next, so that the disk is waited for once.
 */
import type { Sql, Transactional } from '../entities/database/database.js';
import type { AcceptedRequest } from '../entities/transactions/accepted-request.repository.js';

type Write = (sql: Sql) => Promise<void>;

export class PartsInOrder {
  readonly #judged = new Map<number, { write: Write; written: PromiseWithResolvers<void> }>();
  #next = 0;
  #writing = false;

  constructor(
    private readonly database: Transactional,
    private readonly request: Pick<AcceptedRequest, 'progress'>,
  ) {}

  /** Once all before it are written; never, where one of them is not. @param place from 0 */
  write(place: number, write: Write): Promise<void> {
    const written = Promise.withResolvers<void>();
    this.#judged.set(place, { write, written });
    if (!this.#writing) void this.#writeAll();
    return written.promise;
  }

  /** After a failure nothing more is written: it would leave out what failed. */
  async #writeAll(): Promise<void> {
    this.#writing = true;
    for (let parts = this.#take(); parts.length > 0; parts = this.#take()) {
      const { progress } = this.request;
      try {
        await this.#together(parts.map(({ write }) => write));
        for (const { written } of parts) written.resolve();
      } catch (error) {
        this.request.progress = progress;
        for (const { written } of parts) written.reject(error);
        return;
      }
    }
    this.#writing = false;
  }

  #take() {
    const parts: { write: Write; written: PromiseWithResolvers<void> }[] = [];
    for (let part = this.#judged.get(this.#next); part !== undefined; part = this.#judged.get(this.#next)) {
      this.#judged.delete(this.#next++);
      parts.push(part);
    }
    return parts;
  }

  /** One alone is one statement, and needs no transaction. */
  async #together(writes: Write[]): Promise<void> {
    const [only] = writes;
    if (writes.length === 1 && only !== undefined) return only(this.database);
    await this.database.transaction(async (unit) => {
      for (const write of writes) await write(unit);
    });
  }
}
