/**
 * The places where statements are sent. What is asked beside an open transaction (a data key, a cached sender) has places
 * of its own: were they those of transactions, as many of them as there are could each wait for one more, for ever.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { Pool } from 'pg';
import { createPool, type PoolOptions } from './pool.js';

/** For single statements, each soon over. */
const ASIDE = 2;

export class Pools {
  readonly main: Pool;
  readonly #aside: Pool;
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>();

  constructor(url: string, options: PoolOptions) {
    this.main = createPool(url, options);
    this.#aside = createPool(url, { ...options, poolSize: ASIDE });
  }

  /** For whoever asks now. */
  here(): Pool {
    return this.#inside.getStore()?.open === true ? this.#aside : this.main;
  }

  /** Runs `work`, which holds a connection all the time. What it began and that outlives it asks in the usual place again. */
  async holding<T>(work: (pool: Pool) => Promise<T>): Promise<T> {
    const held = { open: true };
    const pool = this.here();
    try {
      return await this.#inside.run(held, () => work(pool));
    } finally {
      held.open = false;
    }
  }

  /** For one statement that must not wait behind what takes long. */
  beside<T>(work: () => Promise<T>): Promise<T> {
    return this.#inside.run({ open: true }, work);
  }

  async end(): Promise<void> {
    await Promise.all([this.main.end(), this.#aside.end()]);
  }
}
