/** Rows on their way into the database: sealed in chunks, and nobody's until the upload is accepted. */
import { dropChunks, storeChunk } from '../../entities/queues/bulk.repository.js';
import type { DataVault } from '../../entities/database/data-vault.js';
import type { Sql } from '../../entities/database/database.js';
import { ROWS_PER_CHUNK } from '../../use-cases/bulk/bulk-part.js';
import type { BulkRow } from '../../protocol/search/bulk.js';
import { TotalCountExceeded } from '../../protocol/errors.js';

const MAX_ROWS = 100_000;

export class StagedRows {
  count = 0;
  #waiting: BulkRow[] = [];
  #chunks = 0;
  /** One chunk is written while the rows of the next are read. */
  #storing: Promise<void> = Promise.resolve();

  constructor(
    private readonly services: { database: Sql; vault: DataVault; clock: () => Date },
    private readonly uploadId: string,
    private readonly owner: string,
  ) {}

  /** @param blocks some rows at a time. @throws TotalCountExceeded */
  async take(blocks: AsyncIterable<Iterable<BulkRow>> | Iterable<Iterable<BulkRow>>): Promise<void> {
    for await (const rows of blocks)
      for (const row of rows) {
        if (++this.count > MAX_ROWS)
          throw new TotalCountExceeded(`rjct.total_count.limit_exceeded: a file has at most ${MAX_ROWS} rows`);
        this.#waiting.push(row);
        if (this.#waiting.length === ROWS_PER_CHUNK) await this.#store();
      }
    if (this.#waiting.length > 0) await this.#store();
    await this.#storing;
  }

  async drop(): Promise<void> {
    await this.#storing.catch(() => undefined);
    await dropChunks(this.services.database, this.uploadId);
  }

  async #store(): Promise<void> {
    const { database, vault, clock } = this.services;
    const place = { uploadId: this.uploadId, sequence: this.#chunks++, owner: this.owner };
    const rows = this.#waiting;
    this.#waiting = [];
    await this.#storing;
    this.#storing = storeChunk(database, vault, place, rows, clock());
    // Awaited before the next, or at the end.
    this.#storing.catch(() => undefined);
  }
}
