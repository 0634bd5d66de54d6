/** Rows worked on side by side: claims as many as it has room for, so that a slow one delays none of the others. */
import { randomUUID } from 'node:crypto';
import { newHop, onHop, type Hop } from '../platform/hop.js';
import type { Log } from '../platform/log.js';
import { LEASE_SECONDS } from '../entities/queues/claim.repository.js';
import type { Drain } from './drain.js';

export interface Work<Item extends { id: string }> {
  name: string;
  /** Rows at once in this process. */
  capacity: number;
  /** Runs on until it is told to stop, which it is at once on close. */
  isLasting?: boolean;
  claim: (worker: string, free: number) => Promise<Item[]>;
  /** Of the request that left the row, where it was one. */
  hopOf?: (item: Item) => Hop | null;
  /** Ends by writing what became of the row. A partner's fault is an outcome; what is thrown is ours. */
  run: (item: Item, worker: string, signal: AbortSignal) => Promise<void>;
  /** After a fault of ours: back, to be taken again a little later. */
  postpone: (item: Item, worker: string, error: unknown) => Promise<void>;
  renew: (worker: string, ids: string[]) => Promise<void>;
  release: (worker: string, ids: string[]) => Promise<void>;
}

const RENEW_MS = (LEASE_SECONDS * 1000) / 3;
const GRACE_MS = 5000;

export class WorkQueue<Item extends { id: string }> implements Drain {
  readonly #worker = randomUUID();
  /** By item: a row that was given back may be taken again before its run has ended. */
  readonly #running = new Map<Item, Promise<void>>();
  readonly #abort = new AbortController();
  #woken = false;
  #filling: Promise<void> | undefined;
  #renewal: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(
    private readonly work: Work<Item>,
    private readonly log: Log,
  ) {}

  get name(): string {
    return this.work.name;
  }

  get running(): number {
    return this.#running.size;
  }

  wake(): void {
    this.#woken = true;
    if (!this.#closed && this.#running.size < this.work.capacity) this.#filling ??= onHop(newHop(), () => this.#fill());
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#filling;
    const timer = setTimeout(() => this.#abort.abort(), this.work.isLasting === true ? 0 : GRACE_MS);
    await Promise.all(this.#running.values());
    clearTimeout(timer);
    clearInterval(this.#renewal);
  }

  async #fill(): Promise<void> {
    try {
      while (this.#woken && !this.#closed && this.#running.size < this.work.capacity) {
        this.#woken = false;
        const items = await this.work.claim(this.#worker, this.work.capacity - this.#running.size);
        for (const item of items) this.#start(item);
        this.#woken ||= items.length > 0;
      }
    } catch (error) {
      this.log.warn({ queue: this.name, err: error }, 'work could not be claimed; it is tried again');
    } finally {
      this.#filling = undefined;
    }
  }

  #start(item: Item): void {
    this.#renewal ??= setInterval(() => void this.#renew(), RENEW_MS);
    const hop = this.work.hopOf?.(item) ?? newHop();
    const done = onHop(hop, () => this.#run(item)).finally(() => {
      this.#running.delete(item);
      this.wake();
    });
    this.#running.set(item, done);
  }

  async #run(item: Item): Promise<void> {
    const { work } = this;
    try {
      await work.run(item, this.#worker, this.#abort.signal);
    } catch (error) {
      if (this.#abort.signal.aborted) return this.#orLease(work.release(this.#worker, [item.id]));
      this.log.error({ queue: this.name, id: item.id, err: error }, 'work failed; it is tried again');
      await this.#orLease(work.postpone(item, this.#worker, error));
    }
  }

  /** Where even this fails, the lease ends by itself. */
  async #orLease(ending: Promise<void>): Promise<void> {
    await ending.catch((error: unknown) => this.log.warn({ queue: this.name, err: error }, 'a claim runs out'));
  }

  async #renew(): Promise<void> {
    if (this.#running.size === 0) {
      clearInterval(this.#renewal);
      this.#renewal = undefined;
      return;
    }
    await this.#orLease(
      this.work.renew(
        this.#worker,
        [...this.#running.keys()].map(({ id }) => id),
      ),
    );
  }
}
