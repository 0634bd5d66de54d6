/** Whether the database takes writes now: tried, as a full disk or a standby answers every question and keeps nothing. */
import { randomBytes } from 'node:crypto';
import type { Sql } from './database.js';

/** How long one that succeeded counts. */
const KEPT_MS = 5000;
/** Out of line and new each time, so that the file must grow before it is vacuumed. */
const FILLER_BYTES = 8192;

export class WriteCheck {
  #trying: Promise<unknown> | undefined;
  #succeededAt = -Infinity;

  constructor(private readonly sql: Sql) {}

  /** @throws what the database said; many at once are one */
  async confirm(): Promise<void> {
    if (performance.now() - this.#succeededAt < KEPT_MS) return;
    await (this.#trying ??= this.#write().finally(() => (this.#trying = undefined)));
  }

  async #write(): Promise<void> {
    await this.sql.query(
      `insert into write_check (id, filler) values (1, $1) on conflict (id) do update set filler = excluded.filler`,
      [randomBytes(FILLER_BYTES)],
    );
    this.#succeededAt = performance.now();
  }
}
